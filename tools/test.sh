#!/usr/bin/env bash
# Runs the tests; arguments go to nextest. The tests share one PostgreSQL, which stops at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh tests
trap 'tools/stop-test-postgres.sh >/dev/null 2>&1 || true' EXIT
cargo run --quiet -p queries -- check
cargo nextest run --workspace --features failpoints --no-fail-fast "$@"
if [ $# -eq 0 ]; then
  cargo test --workspace --doc --quiet
fi
