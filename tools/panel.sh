#!/usr/bin/env bash
# Builds the panel in the browser, where its sources are newer than what was built.
set -euo pipefail
cd "$(dirname "$0")/../bots/web/panel"

[ -f package.json ] || exit 0
sources() { find . \( -path ./node_modules -o -path ./dist \) -prune -o -type f "$@" -print -quit; }
if [ -f dist/index.html ] && [ -z "$(sources -newer dist/index.html)" ]; then exit 0; fi

command -v npm >/dev/null 2>&1 || { echo "panel: install Node 20.19 or later with npm first (https://nodejs.org)"; exit 1; }
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules ]; then
  npm ci --ignore-scripts --no-audit --no-fund --silent
  touch node_modules
fi
npm run --silent build
# Packed once, here, and not for every visitor.
find dist/assets -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' -o -name '*.json' \) -size +1k -exec gzip -9 -k -n -f {} +
