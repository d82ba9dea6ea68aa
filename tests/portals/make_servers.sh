#!/usr/bin/env bash
# Makes .portals/udata, .portals/ckan and .portals/moto, an environment each with the versions of requirements-*.txt; what is made stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${1:-.venv/bin/python}; bin=$(dirname "$python")
index=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
for name in moto udata ckan; do
	wanted=tests/portals/requirements-$name.txt
	cmp -s "$wanted" ".portals/$name/made" && continue
	echo "making .portals/$name (once; a minute or two)"
	"$python" -m venv --clear ".portals/$name"
	env ${index:+UV_DEFAULT_INDEX=$index} "$bin/uv" pip install -q --python ".portals/$name/bin/python" -r "$wanted" 2>/dev/null \
		|| ".portals/$name/bin/python" -m pip install -q -r "$wanted"
	cp "$wanted" ".portals/$name/made"
done
for program in redis-server curl; do command -v $program >/dev/null || echo "$program is missing, and CKAN's tests are passed over: apt-get install postgresql redis-server curl"; done
