#!/bin/sh
# Stops the PostgreSQL that the integration tests share (tests/it/harness/postgres.rs); says nothing when none runs.
set -eu
folder="${CARGO_TARGET_DIR:-target}/tmp/postgres/postgres/pgdata"
[ -f "$folder/postmaster.pid" ] || exit 0
folder=$(cd "$folder" && pwd -P)
pid=$(head -n 1 "$folder/postmaster.pid")
# After a crash the number may belong to somebody else: a server names its folder in its arguments.
case $(ps -o args= -p "$pid" || true) in
*"$folder"*) kill -INT "$pid" ;;
*) exit 0 ;;
esac
while kill -0 "$pid" 2>/dev/null && [ -f "$folder/postmaster.pid" ]; do sleep 0.1; done
