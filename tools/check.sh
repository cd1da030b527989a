#!/usr/bin/env bash
# What is depended on, how it is spelled, and what nobody uses.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh checks
typos
cargo machete
cargo deny --log-level error check licenses bans sources
# The list of known holes lies elsewhere; without a way to it nothing can be said of them.
if cargo deny --log-level error fetch db >/dev/null 2>&1; then
  cargo deny --log-level error check advisories
else
  echo "skipped: known holes of what is used; their list cannot be had from here"
fi
