# What one does with the project; `make` alone lists it. Needs make, git and Python 3.11 or later.

PYTHON ?=# interpreter that makes .venv; empty: the newest of those named below
PORT ?= 3000# port of `make ui`
ENGINE ?=# celery: runs are carried out by workers (`make worker`), on several machines (docs/scale.md)
HUB ?= .# folder of the hub: with its hub.toml and data (km0 init makes another)
ARGS ?=# options of `make run`, for example ARGS="--date 2026-11-22", of `make evaluate`, `make faults` and `make bench`

hub := $(abspath $(HUB))
export DAGSTER_HOME := $(hub)/.dagster$(addprefix -,$(ENGINE))
export KM0_HUB := $(hub)
unexport PYTHONDONTWRITEBYTECODE # without compiled modules each start takes seconds longer
bin := .venv/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test browser postgres portals cluster spark worker ui serve frontend bench faults evaluate fuzz audit lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/made frontend/made ## refresh: from data/raw to a snapshot in data/published
	@$(bin)/python -m assets.run --root "$(hub)" $(ARGS)

test: .venv/made frontend/made browser postgres ## all checks and tests
	@echo "ruff: style and likely mistakes"; $(bin)/ruff check .
	@echo "mypy: types"; $(bin)/mypy -p km0_pipeline -p assets
	@echo "import-linter: which package may import which"; $(bin)/lint-imports --no-logo
	@echo "pytest: behaviour, on each core"; $(bin)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

browser: ## Chromium for the tests of the site: Debian's, where this machine may install it
	@tests/debian.sh "Chromium, for the tests of the site" 'for name in "$${CHROMIUM:-chromium}" chromium-browser google-chrome; do command -v "$$name" && exit; done; exit 1' chromium

postgres: ## PostgreSQL for the test of Dagster's history in it: Debian's, where this machine may install it
	@tests/debian.sh "PostgreSQL, for the test of Dagster's history in it" "ls /usr/lib/postgresql/*/bin/initdb" postgresql

portals: .venv/made ## push to a real udata, CKAN and S3 server on this machine (made once in .portals, some minutes)
	@tests/portals/make_servers.sh $(bin)/python
	@KM0_PORTALS=1 $(bin)/python -m pytest -m portal tests/portals

cluster: .venv/cluster ## refresh with two workers, PostgreSQL, Redis and an object store on this machine (Debian's servers, installed where it may)
	@tests/debian.sh "Redis and PostgreSQL, for the tests with several workers" "command -v redis-server && ls /usr/lib/postgresql/*/bin/initdb" postgresql redis-server
	@KM0_CLUSTER=1 $(bin)/python -m pytest -m cluster tests/cluster

spark: .venv/spark ## look names up in the register by Spark and Splink on this machine, which then may be named in hub.toml (needs Java 17; docs/scale.md)
	@KM0_SPARK=1 $(bin)/python -m pytest -m spark tests/spark

worker: .venv/cluster frontend/made ## carry out runs that another machine hands out (make ui ENGINE=celery), until Ctrl-C
	@mkdir -p "$(hub)/.dagster-celery" && cp assets/dagster-celery.yaml "$(hub)/.dagster-celery/dagster.yaml"
	@DAGSTER_HOME="$(hub)/.dagster-celery" exec $(bin)/python -m celery -A assets.workers worker -l info -c 1 -Q dagster --prefetch-multiplier=1

ui: $(if $(ENGINE),.venv/cluster,.venv/made) frontend/made ## Dagster in the browser, with the daily schedule and the watch on data/raw (PORT=3000)
	@$(if $(ENGINE),mkdir -p "$(DAGSTER_HOME)" && cp assets/dagster-$(ENGINE).yaml "$(DAGSTER_HOME)/dagster.yaml",$(bin)/python -m assets.home)
	@echo "http://127.0.0.1:$(PORT) (stop with Ctrl-C)"
	@exec $(bin)/dg dev --host 127.0.0.1 --port $(PORT)

serve: .venv/made frontend/made ## serve data/published for download on this machine
	@exec $(bin)/km0 --root "$(hub)" serve

frontend: frontend/made ## what the site runs in the browser (SQL, fonts), from npm; run, serve and test do it where it is missing

bench: .venv/made ## every benchmark, and one table of ours, the peer's, the ratio and the bar (ARGS="--record" writes docs/performance.md)
	@$(bin)/python benchmarks/bench.py $(ARGS)

faults: .venv/made ## kill 240 refreshes at moments drawn by chance, look at what is left (ARGS="--moments 1000 --seed 7"); docs/reliability.md
	@$(bin)/python -m tests.faults.kills $(ARGS)

evaluate: .venv/made ## what is found in press against a gold set, beside bare spaCy; writes docs/evaluation.md
	@$(bin)/python -m benchmarks.evaluate $(ARGS)

fuzz: .venv/made .fuzz/made ## feed every parser with bytes that a coverage-guided fuzzer chooses (ARGS="--runs 1000 csv"); what breaks one becomes a test
	@PYTHONPATH=.fuzz $(bin)/python -m tests.hostile.fuzz $(ARGS)

audit: .venv/made .audit/made ## known weaknesses of the packages that are locked, asked of PyPI and OSV: needs the internet
	@status=0; for service in pypi osv; do PYTHONPATH=.audit $(bin)/python -m pip_audit --strict -s $$service --disable-pip --no-deps -r requirements.lock || status=1; done; exit $$status

.fuzz/made .audit/made: .%/made: requirements-%.lock
	@rm -rf $(@D)
	@$(bin)/python -m pip install -q --require-hashes --target $(@D) -r $<
	@touch $@

lock: .venv/made ## choose the newest versions that fit together, with their hashes
	@$(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --group dev --group orchestration --group frontend --group postgres \
		--no-header pyproject.toml -o requirements.lock
	@for group in cluster spark; do $(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--group $$group -c requirements.lock -o requirements-$$group.lock || exit 1; done
	@echo uv | $(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		- -o requirements-uv.lock
	@for group in fuzz audit; do $(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--group $$group -o requirements-$$group.lock || exit 1; done
	@$(bin)/python -m tests.licences

.venv/cluster .venv/spark: .venv/%: .venv/made requirements-%.lock
	@$(bin)/python -m pip install -q --require-hashes -r requirements-$*.lock
	@touch $@

frontend/made: .venv/made frontend/package-lock.json frontend/.npmrc frontend/build.mjs frontend/make.sh $(wildcard frontend/src/* frontend/licences/*)
	@echo "making what the catalogue's pages run in the browser (once; some seconds)"
	@frontend/make.sh "$(CURDIR)/$(bin)/python" "$(CURDIR)/km0_pipeline/catalogue/static/vendor"

# The environment. uv is fast but does not read pip's settings (it is told of an index named there); pip does, and takes minutes.
.venv/made: requirements.lock requirements-uv.lock pyproject.toml
	@py="$(PYTHON)"; \
	for p in python3.13 python3.12 python3.11 python3; do \
		test -z "$$py" && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && py=$$p; \
	done; \
	test -n "$$py" || { echo "Python 3.11 or later is needed and was not found; install it, or name it: make PYTHON=/path/to/python3.12 ..."; exit 1; }; \
	echo "making .venv with $$($$py --version) (once; some minutes at most)"; \
	$$py -m venv --clear .venv || { echo "$$py can't make an environment; on Debian and Ubuntu: sudo apt install python3-venv. Then say it again."; exit 1; }
	@$(bin)/python -m pip install -q --require-hashes -r requirements-uv.lock
	@index=$${PIP_INDEX_URL:-$$($(bin)/python -m pip config get global.index-url 2>/dev/null)}; \
	env $${index:+UV_DEFAULT_INDEX=$$index} $(bin)/uv pip sync -q --python $(bin)/python --require-hashes requirements.lock \
		|| { echo "uv could not; pip, with its own settings, takes longer"; $(bin)/python -m pip install -q --require-hashes -r requirements.lock; }
	@$(bin)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@
