#!/bin/sh
# Stops the PostgreSQL servers that the integration tests share (tests/it/harness/postgres.rs); says nothing when none runs.
set -eu

stop() {
  [ -f "$1/postmaster.pid" ] || return 0
  folder=$(cd "$1" && pwd -P)
  pid=$(head -n 1 "$folder/postmaster.pid")
  # After a crash the number may belong to somebody else: a server names its folder in its arguments.
  case $(ps -o args= -p "$pid" || true) in
  *"$folder"*) kill -INT "$pid" ;;
  *) return 0 ;;
  esac
  while kill -0 "$pid" 2>/dev/null && [ -f "$folder/postmaster.pid" ]; do sleep 0.1; done
}

for place in "${CARGO_TARGET_DIR:-target}"/tmp/postgres*/postgres/pgdata; do
  stop "$place"
done
