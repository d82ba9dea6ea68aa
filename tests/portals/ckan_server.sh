#!/usr/bin/env bash
# The real CKAN on 127.0.0.1, with PostgreSQL and Redis from Debian and a stand-in for Solr: ckan_server.sh ENVIRONMENT FOLDER PORT
# (PORT to PORT+3 are used). Writes FOLDER/ready.json, with an organisation and the token of an administrator, once it
# can be asked; ends, and ends what it started, with SIGTERM. Root may not run PostgreSQL: there it runs as `postgres`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); environment=$1 folder=$2 port=$3
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
as=(); [ "$(id -u)" != 0 ] || { as=(runuser -u postgres --); chmod 755 "$folder"; }
started=(); trap 'kill "${started[@]}" 2>/dev/null || true; "${as[@]}" "$bin/pg_ctl" -D "$folder/pg" -m immediate stop >/dev/null 2>&1 || true; wait' EXIT
trap 'exit 0' TERM INT

mkdir -p "$folder/pg" "$folder/files"; [ "$(id -u)" != 0 ] || chown postgres "$folder/pg"
"${as[@]}" "$bin/initdb" -D "$folder/pg" -A trust -U ckan >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/pg" -w -o "-h 127.0.0.1 -p $((port + 1)) -k '' -c fsync=off" -l "$folder/pg/log" start >/dev/null
"$bin/createdb" -h 127.0.0.1 -p $((port + 1)) -U ckan ckan
redis-server --port $((port + 2)) --bind 127.0.0.1 --save '' --daemonize no >"$folder/redis.log" & started+=($!)
schema=$("$environment/bin/python" -c 'import ckan, os; print(os.path.join(os.path.dirname(ckan.__file__), "config/solr/schema.xml"))')
"$environment/bin/python" "$here/solr_server.py" $((port + 3)) "$schema" & started+=($!)

cd "$folder"
"$environment/bin/ckan" generate config ckan.ini >/dev/null
"$environment/bin/ckan" config-tool ckan.ini "ckan.site_url=http://127.0.0.1:$port" "sqlalchemy.url=postgresql://ckan@127.0.0.1:$((port + 1))/ckan" \
	"ckan.redis.url=redis://127.0.0.1:$((port + 2))/0" "solr_url=http://127.0.0.1:$((port + 3))/solr/ckan" "ckan.storage_path=$folder/files" \
	"ckan.plugins=" "ckan.auth.create_user_via_web=false" >/dev/null
"$environment/bin/ckan" -c ckan.ini db init >db.log 2>&1
"$environment/bin/ckan" -c ckan.ini user add steward email=essai@hub.example password=of-a-test-only >user.log 2>&1
"$environment/bin/ckan" -c ckan.ini sysadmin add steward >>user.log 2>&1
token=$("$environment/bin/ckan" -c ckan.ini user token add steward km0 -q 2>/dev/null | tail -1 | tr -d '[:space:]')
"$environment/bin/ckan" -c ckan.ini run -H 127.0.0.1 -p "$port" --disable-reloader >ckan.log 2>&1 & started+=($!)
until curl -sf "http://127.0.0.1:$port/api/3/action/status_show" >/dev/null; do sleep 0.5; kill -0 "${started[2]}"; done
curl -sf "http://127.0.0.1:$port/api/3/action/organization_create" -H "Authorization: $token" -H 'Content-Type: application/json' \
	-d '{"name": "hub-fictif", "title": "Hub fictif"}' >organisation.json
printf '{"organisation": "hub-fictif", "key": "%s"}' "$token" >ready.tmp; mv ready.tmp ready.json
wait "${started[2]}"
