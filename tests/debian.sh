#!/bin/sh
# Programs of Debian that tests need: those that are there, or installed where this machine may. Where neither can be, a sentence says so and the
# tests are left out; only CI takes that for a failure.
#
#   debian.sh WHAT "TEST" PACKAGE...     TEST: a command that ends well where they are there
what=$1 there=$2
shift 2
sh -c "$there" >/dev/null 2>&1 && exit
if test "$(id -u)" = 0 && command -v apt-get >/dev/null; then
    echo "installing $what (once; a minute or two)"
    export DEBIAN_FRONTEND=noninteractive
    said=$( { apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@"; } 2>&1 ) && exit
    echo "$said" | tail -3
fi
echo "$what: not on this machine, and could not be installed; its tests are left out. On Debian and Ubuntu: sudo apt install $*"
test -z "$CI"
