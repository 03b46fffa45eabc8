# Two commands on a fresh machine: make demo, make test. Every target finds or makes what it needs.
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-reset test check lint types contracts format bench fuzz lock clean

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

help: ## what can be asked for
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv with the pinned, hashed parts and the truongso command

$(READY): requirements/dev.txt pyproject.toml scripts/setup
	@scripts/setup

demo: setup ## example schools with a sandbox bank, on this machine alone
	@$(VENV)/bin/truongso demo

demo-reset: setup ## the same from the beginning
	@$(VENV)/bin/truongso demo --reset

test: setup ## lint, types, contracts, the suite on SQLite and on PostgreSQL, the browser tests
	@scripts/test

check: lint types contracts ## what needs no database

lint: setup ## ruff: rules and layout
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet . || { echo 'Layout differs: make format'; exit 1; }

format: setup ## lay the code out
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

types: setup ## mypy --strict
	@$(VENV)/bin/mypy src tests conftest.py

contracts: setup ## rooms and doors
	@$(VENV)/bin/lint-imports --no-logo

bench: setup ## figures as ratios to floors measured in the same run
	@$(VENV)/bin/truongso bench money
	@$(VENV)/bin/truongso bench matching

fuzz: setup ## the readers of uploaded statements, ten minutes each (READER=csv SECONDS=60 for less)
	@scripts/fuzz $(or $(READER),all) $(or $(SECONDS),600)

lock: setup ## compile requirements/*.txt again after a change of pyproject.toml
	@scripts/lock

clean: ## caches and build leftovers; keeps .venv and var
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis src/*.egg-info
	@find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
