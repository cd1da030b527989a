# The only commands a newcomer needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

.PHONY: help setup panel run chat test lint check queries reliability bench clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: ## installs what is missing (npm packages, cargo-nextest, Debian packages when root)
	@tools/setup.sh

panel: ## builds the panel in the browser, where its sources are newer
	@tools/panel.sh

run: setup ## builds and serves on http://127.0.0.1:8080
	@cargo run --quiet -- serve

chat: setup ## talks with the wizard in this terminal
	@cargo run --quiet -- chat

test: setup ## every test, against a real PostgreSQL
	@tools/test.sh

lint: panel ## format, lints, docs, and the panel's types and lints
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --all-features -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features --document-private-items --quiet
	@npm run --silent --prefix bots/web/panel typecheck
	@npm run --silent --prefix bots/web/panel lint

check: lint ## lint, then licences and sources of what is used, spelling, needless dependencies
	@tools/check.sh

queries: setup ## renews .sqlx, the checked descriptions of every query
	@cargo run --quiet -p queries -- renew

reliability: setup ## 1,000 kills at every named point of a turn and of the publisher
	@KILLS=1000 tools/test.sh --profile reliability -E 'test(kill_at_every)'

bench: setup ## turns, queries, idle sessions, start-up, models' first tokens; figures for docs/performance.md
	@cargo bench --bench turns
	@cargo bench --bench turns -- models

clean: ## stops the tests' PostgreSQL and removes what was built
	@tools/stop-test-postgres.sh || true
	@cargo clean
