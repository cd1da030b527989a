#!/usr/bin/env bash
# Installs what is missing, and says in one line what it cannot install.
set -euo pipefail
cd "$(dirname "$0")/.."

need() { command -v "$1" >/dev/null 2>&1; }

need cargo || { echo "setup: install Rust first (https://rustup.rs)"; exit 1; }
need npm || { echo "setup: install Node 20.19 or later with npm first (https://nodejs.org)"; exit 1; }

# The private PostgreSQL's programs.
if [ ! -d tools/node_modules ] || [ tools/package-lock.json -nt tools/node_modules ]; then
  npm ci --ignore-scripts --no-audit --no-fund --silent --prefix tools
  touch tools/node_modules
fi

# What only `make check` needs; built once, in about six minutes on two cores.
if [ "${1:-}" = "checks" ]; then
  cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --version 0.20.2 --locked --quiet
  cargo machete --version >/dev/null 2>&1 || cargo install cargo-machete --version 0.9.2 --locked --quiet
  need typos || cargo install typos-cli --version 1.52.0 --locked --quiet
fi
# The panel in the browser.
tools/panel.sh

if [ "${1:-}" = "tests" ] || [ "${REQUIRE_ALL:-}" = 1 ]; then
  # Software of others that judges our stand-ins: Stripe's own library, a mail server.
  if [ ! -d tests/judges/node_modules ] || [ tests/judges/package-lock.json -nt tests/judges/node_modules ]; then
    npm ci --ignore-scripts --no-audit --no-fund --silent --prefix tests/judges
    touch tests/judges/node_modules
  fi
  cargo nextest --version >/dev/null 2>&1 || cargo install cargo-nextest --locked --quiet
  # The official clients that the tests of the web channel drive.
  clients=bots/web/tests/clients
  if [ ! -d $clients/node_modules ] || [ $clients/package-lock.json -nt $clients/node_modules ]; then
    npm ci --ignore-scripts --no-audit --no-fund --silent --prefix $clients
    touch $clients/node_modules
  fi
  # The browser in which the panel is tested.
  if [ -z "${CHROMIUM:-}" ] && ! need chromium && ! need chromium-browser && ! need google-chrome; then
    if [ "$(id -u)" = 0 ] && need apt-get; then
      (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1) || echo "setup: Chromium is not to be had here; the panel's tests in a browser are skipped"
    else
      echo "setup: install Chromium to test the panel in a browser too (CHROMIUM names another)"
    fi
  fi
  # Replays the API's description against the API.
  if [ ! -x target/schemathesis/bin/schemathesis ]; then
    mkdir -p target
    if ! { need python3 && python3 -m venv target/schemathesis && target/schemathesis/bin/pip install --quiet --disable-pip-version-check schemathesis==4.1.4 hypothesis==6.140.2; }; then
      rm -rf target/schemathesis
      echo "setup: install Python 3.10 or later with venv and pip to replay the API's description too"
    fi
  fi
  # A second PostgreSQL major, to show that the schema does not depend on one.
  if ! ls /usr/lib/postgresql/15/bin/postgres >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && need apt-get; then
      (apt-get update -qq && apt-get install -y -qq postgresql-15 >/dev/null 2>&1) || echo "setup: PostgreSQL 15 is not to be had here; its tests are skipped"
    else
      echo "setup: install postgresql-15 to run the tests on a second PostgreSQL too"
    fi
  fi
fi
