#!/bin/sh
# Chromium for the tests of the site (make browser): the one that is there, or Debian's where this machine may install it.
# Where neither can be, a sentence says so and the tests are left out; only CI takes that for a failure.
for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit
done
if test "$(id -u)" = 0 && command -v apt-get >/dev/null; then
    echo "installing Chromium for the tests of the site (once; a minute or two)"
    export DEBIAN_FRONTEND=noninteractive
    said=$( { apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; } 2>&1 ) && exit
    echo "$said" | tail -3
fi
echo "Chromium is not on this machine and could not be installed: the tests of the site in a browser are left out. On Debian and Ubuntu: sudo apt install chromium"
test -z "$CI"
