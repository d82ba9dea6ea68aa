# What one does with the project; `make` alone lists it. Needs make, git and Python 3.11 or later.

PYTHON ?=# interpreter that makes .venv; empty: the newest of those named below
PORT ?= 3000# port of `make ui`
HUB ?= .# folder of the hub: with its hub.toml and data (km0 init makes another)
ARGS ?=# options of `make run`, for example ARGS="--date 2026-11-22", and of `make evaluate`

hub := $(abspath $(HUB))
export DAGSTER_HOME := $(hub)/.dagster
export KM0_HUB := $(hub)
unexport PYTHONDONTWRITEBYTECODE # without compiled modules each start takes seconds longer
bin := .venv/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test browser portals ui serve frontend bench evaluate lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/made $(DAGSTER_HOME)/dagster.yaml frontend/made ## refresh: from data/raw to a snapshot in data/published
	@$(bin)/python -m assets.run --root "$(hub)" $(ARGS)

test: .venv/made frontend/made browser ## all checks and tests
	@echo "ruff: style and likely mistakes"; $(bin)/ruff check .
	@echo "mypy: types"; $(bin)/mypy -p km0_pipeline -p assets
	@echo "import-linter: which package may import which"; $(bin)/lint-imports --no-logo
	@echo "pytest: behaviour, on each core"; $(bin)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

browser: ## Chromium for the tests of the site: Debian's, where this machine may install it
	@tests/browser/get_chromium.sh

portals: .venv/made ## push to a real udata, CKAN and S3 server on this machine (made once in .portals, some minutes)
	@tests/portals/make_servers.sh $(bin)/python
	@KM0_PORTALS=1 $(bin)/python -m pytest -m portal tests/portals

ui: .venv/made $(DAGSTER_HOME)/dagster.yaml frontend/made ## Dagster in the browser, with the daily schedule and the watch on data/raw (PORT=3000)
	@echo "http://127.0.0.1:$(PORT) (stop with Ctrl-C)"
	@exec $(bin)/dg dev --host 127.0.0.1 --port $(PORT)

serve: .venv/made frontend/made ## serve data/published for download on this machine
	@exec $(bin)/km0 --root "$(hub)" serve

frontend: frontend/made ## what the site runs in the browser (SQL, fonts), from npm; run, serve and test do it where it is missing

bench: .venv/made ## measure: a registry and a snapshot of a million rows, 2,000 articles, and a refresh in which nothing changed
	@status=0; for what in registry press refresh publish; do $(bin)/python benchmarks/$$what.py || status=1; done; exit $$status

evaluate: .venv/made ## what is found in press against a gold set, beside bare spaCy; writes docs/evaluation.md
	@$(bin)/python -m benchmarks.evaluate $(ARGS)

lock: .venv/made ## choose the newest versions that fit together, with their hashes
	@$(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --group dev --group orchestration --group frontend \
		--no-header pyproject.toml -o requirements.lock
	@echo uv | $(bin)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		- -o requirements-uv.lock

frontend/made: .venv/made frontend/package-lock.json frontend/.npmrc frontend/build.mjs frontend/make.sh $(wildcard frontend/src/* frontend/licences/*)
	@echo "making what the catalogue's pages run in the browser (once; some seconds)"
	@frontend/make.sh "$(CURDIR)/$(bin)/python" "$(CURDIR)/km0_pipeline/catalogue/static/vendor"

$(DAGSTER_HOME)/dagster.yaml: assets/dagster.yaml
	@mkdir -p $(@D)
	@cp $< $@

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
