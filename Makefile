# What people type. Everything goes into .venv; a second call finds it ready and says nothing.
#
#   make run       the demo city on http://127.0.0.1:8050 (needs no network once installed)
#   make test      every test; browser tests where a Chromium is found
#   make lint      ruff, mypy --strict and the import rules
#   make bench     the figures in benchmarks/RESULTS.md
#   make pictures  takes the pictures of README.md and docs/tour.md anew
#   make clean     removes .venv, caches and built packages; never data

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# What the survival curves are compared with. Its own metadata forbids pandas 3, which it runs with.
LIFELINES := lifelines>=0.30,<0.31

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench browser pictures clean

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/.installed-run
	@exec $(BIN)/python app.py

test: $(VENV)/.installed-test browser
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

bench: $(VENV)/.installed-bench browser
	@$(BIN)/python -m benchmarks $(ARGS)

pictures: $(VENV)/.installed-bench browser
	@$(BIN)/python -m docs.pictures

# A stamp for each set of extras: an install is done again only after pyproject.toml changed.
$(VENV)/.installed-run: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV) ...'
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	@echo 'Installing the extra $* into $(VENV) ...'
	@$(PIP) --editable '.[$*]'
	@$(PIP) --no-deps '$(LIFELINES)'
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "livemaps needs Python 3.11 or later: install it, or say make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python could not make a virtual environment: on Debian, apt-get install python3-venv" >&2; exit 1; }

# Playwright drives the distribution's own Chromium: no browser build is fetched from elsewhere.
browser:
	@command -v chromium >/dev/null || .ci/install-chromium

clean:
	@rm -rf $(VENV) build dist src/*.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
