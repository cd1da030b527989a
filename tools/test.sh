#!/usr/bin/env bash
# Runs the tests; arguments go to nextest. The tests share one PostgreSQL, which stops at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh tests
cargo run --quiet -p queries -- check
if [ $# -eq 0 ]; then
  npm run --silent --prefix bots/web/panel test -- --reporter=dot
fi
rm -f target/tmp/skipped.txt
trap 'tools/stop-test-postgres.sh >/dev/null 2>&1 || true; sort -u target/tmp/skipped.txt 2>/dev/null || true' EXIT
cargo nextest run --workspace --features failpoints --no-fail-fast "$@"
if [ $# -eq 0 ]; then
  cargo test --workspace --doc --quiet
fi
