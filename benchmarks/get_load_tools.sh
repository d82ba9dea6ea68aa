#!/bin/sh
# nginx and wrk for benchmarks/load.py, in the folder $1: those of this machine, or Debian's, unpacked there and not installed (nothing is started).
# Where neither can be had, a sentence says so.
mkdir -p "$1/bin" && cd "$1" || exit 1
for name in nginx wrk; do
    there=$(command -v $name || ls /usr/sbin/$name 2>/dev/null) && ln -sf "$there" bin/$name
    test -x bin/$name && continue
    packages=$name; test $name = wrk && packages="wrk libluajit-5.1-2 libluajit-5.1-common"
    { apt-get download $packages && for file in *.deb; do dpkg -x "$file" . || exit 1; done; } >said 2>&1 || { tail -3 said; echo "$name is not on this machine and could not be had. On Debian and Ubuntu: sudo apt install nginx wrk"; exit 1; }
    ln -sf "$(ls "$PWD"/usr/sbin/$name "$PWD"/usr/bin/$name 2>/dev/null | head -1)" bin/$name
done
