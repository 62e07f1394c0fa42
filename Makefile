# make demo: the page.  make test: all tests.  make lint: format, lint and types.
# make fuzz: 10,000 damaged inputs.  make soak: many visitors, and a server in trouble.  Each first installs what it needs.
# PYTHON names the interpreter to make the environment with, VENV its folder, WORKERS the processes that run tests.
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin
PYTHON ?= $(if $(wildcard $(BIN)/python),$(BIN)/python,python3)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet
SUPPORTED := import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 15))
VERSION := import sys; print("%d.%d" % sys.version_info[:2])

.PHONY: demo test fuzz soak lint lint-js environment
.DEFAULT_GOAL := demo

demo: $(VENV)/.runs
	$(BIN)/python app.py

test: $(VENV)/.tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

fuzz: $(VENV)/.tests
	$(BIN)/python -m tests.fuzz --count 10000 --seed 0

soak: $(VENV)/.tests
	$(BIN)/python -m tests.soak --write docs/soak.md

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory lint-js; \
		else echo "There is no npm here: the page's modules are not linted." >&2; fi

lint-js: node_modules/.package-lock.json
	npm run --silent lint

node_modules/.package-lock.json: package-lock.json
	npm ci --silent --no-audit --no-fund
	@touch $@

$(VENV)/.runs: requirements.txt | environment
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt requirements-train.txt $(VENV)/.runs
	$(PIP) -r requirements.txt -r requirements-dev.txt -r requirements-train.txt
	@touch $@

environment:
	@$(PYTHON) -c '$(SUPPORTED)' || { echo "Python 3.10 to 3.14 is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@found=$$($(BIN)/python -c '$(VERSION)'); wanted=$$($(PYTHON) -c '$(VERSION)'); test $$found = $$wanted || \
		{ echo "$(VENV) was made with Python $$found, not $$wanted: remove it, or name another folder, VENV=..." >&2; exit 1; }
