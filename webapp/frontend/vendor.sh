#!/usr/bin/env bash
# Copies what the pages take from npm into webapp/static, which is committed: running the site needs no npm.
# Run it after a template or a script names a Bootstrap class that no other did, or to take a newer version.
set -euo pipefail
cd "$(dirname "$0")"

BOOTSTRAP=5.3.8
FACE=5.3.0
PURGECSS=8.0.0

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
npm install --prefix "$room" --ignore-scripts --no-audit --no-fund --silent \
  "bootstrap@$BOOTSTRAP" "@fontsource/big-shoulders-display@$FACE" "purgecss@$PURGECSS"

packages="$room/node_modules"
bootstrap=../static/vendor/bootstrap
fonts=../static/fonts
mkdir -p "$bootstrap" "$fonts"
"$packages/.bin/purgecss" --config purgecss.config.cjs --css "$packages/bootstrap/dist/css/bootstrap.min.css" --output "$room/purged.css"
sed '/sourceMappingURL/d' "$room/purged.css" > "$bootstrap/bootstrap.min.css"
cp "$packages/bootstrap/LICENSE" "$bootstrap/LICENSE.txt"
cp "$packages/@fontsource/big-shoulders-display/files/big-shoulders-display-latin-800-normal.woff2" "$fonts/big-shoulders-display-800.woff2"
cp "$packages/@fontsource/big-shoulders-display/LICENSE" "$fonts/OFL.txt"
wc -c "$bootstrap/bootstrap.min.css" "$fonts/big-shoulders-display-800.woff2"
