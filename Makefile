# make demo: the page.  make test: all tests.  make fuzz: 10,000 damaged inputs.  Each sets up what it needs in .venv first.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup demo test lint fuzz
.DEFAULT_GOAL := demo

setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 10) else "Python 3.10 or newer is needed: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

demo: setup
	$(BIN)/python app.py

test: setup
	$(BIN)/python -m pytest

fuzz: setup
	$(BIN)/python -m tests.fuzz --count 10000 --seed 0

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
