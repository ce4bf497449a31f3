# Everything there is to run. A fresh machine needs Python 3.11 or newer and make; `make up` and `make test` do the rest.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup up down reset logs status migrate doctor test test-unit test-integration test-system \
        lint type imports format guarantees bench accuracy chaos contracts lock lock-accuracy

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
MEMBERS := shared gateway $(sort $(wildcard services/*)) deploy/demo deploy/local
PACKAGES := isthmus gateway entity_resolution customer_master sales aftersales call_center feedback isthmus_demo isthmus_local
TEST_FOLDERS := $(wildcard shared/tests gateway/tests services/*/tests deploy/*/tests tests)
# Tests with real servers wait more than they compute.
WORKERS ?= $(shell expr $$(nproc) + 1)
PYTEST := $(PYTHON) -m pytest -q
PARALLEL := -n $(WORKERS)
STREAMS := $(wildcard services/customer-master/tests/integration/customer_master/test_*guarantees.py services/customer-master/tests/integration/customer_master/test_*streams.py)

# The interpreter of the machine is used as it is, never fetched.
export UV_PYTHON_DOWNLOADS := never
# Trust what the machine trusts, a company's own certificate authority too.
export UV_SYSTEM_CERTS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A user without a home folder keeps the download cache in the virtual environment.
ifeq ($(shell test -w "$$HOME" && echo writable),)
export UV_CACHE_DIR ?= $(CURDIR)/$(VENV)/cache/uv
export PIP_NO_CACHE_DIR := 1
endif

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Setting up: each step leaves a state file, so that a finished one costs nothing

$(UV): deploy/local/installer.lock
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON3=/path/to/python3 ...")'
	@echo "Installing (first time: about half a minute)"
	@test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --require-hashes -r $<
	@touch $@

$(VENV)/.requirements: requirements.lock $(UV)
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes -r $<
	@touch $@

$(VENV)/.members: $(VENV)/.requirements $(MEMBERS:%=%/pyproject.toml)
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps $(MEMBERS:%=-e ./%)
	@touch $@

setup: $(VENV)/.members ## Make the virtual environment from requirements.lock

## Running
SEED ?= 1
MINUTES ?= 5
EXAMPLES ?= 20

up: setup ## Start the whole platform, with demo data (DEMO=0 without); waits until all is ready
	@$(PYTHON) -m isthmus_local up

down: setup ## Stop it; the data stays
	@$(PYTHON) -m isthmus_local down

reset: setup ## Stop it and delete all data, secrets and logs
	@$(PYTHON) -m isthmus_local reset

logs: setup ## Follow the logs of all processes
	@$(PYTHON) -m isthmus_local logs

status: setup ## Tell which processes run and whether they are ready
	@$(PYTHON) -m isthmus_local status

migrate: setup ## Bring the databases of the running platform to the newest version
	@$(PYTHON) -m isthmus_local migrate

doctor: setup ## Check the machine and the platform, and tell what to do
	@$(VENV)/bin/isthmus doctor

## Checking

test: lint type imports ## All checks and all tests, on a real PostgreSQL and a real Kafka
	@$(PYTEST) $(PARALLEL) -m "not system" $(TEST_FOLDERS)
	@$(PYTEST) -m system tests

test-unit: setup ## Only the tests that need no server, in seconds
	@$(PYTEST) $(PARALLEL) -m "not integration and not system" $(TEST_FOLDERS)

test-integration: setup ## Only the tests that need PostgreSQL or Kafka
	@$(PYTEST) $(PARALLEL) -m integration $(TEST_FOLDERS)

test-system: setup ## Only the tests that need the whole platform
	@$(PYTEST) -m system tests

lint: setup ## Style and likely mistakes (ruff)
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .

type: setup ## Types (mypy, strict)
	@$(PYTHON) -m mypy $(PACKAGES:%=-p %)

imports: setup ## Which package may import which (.importlinter)
	@$(VENV)/bin/lint-imports --no-logo

format: setup ## Format the code and mend what can be mended by itself
	@$(PYTHON) -m ruff check --quiet --fix-only .
	@$(PYTHON) -m ruff format --quiet .

guarantees: setup ## Play many more random streams against the guarantees (EXAMPLES=20 times as many as make test)
	@EXAMPLES=$(EXAMPLES) $(PYTEST) $(PARALLEL) $(STREAMS)

bench: setup ## Measure the speed of everything and write docs/benchmarks.md
	@$(PYTHON) tests/performance/bench.py

# Splink and what it needs stand apart: `make up` stays small.
.venv-accuracy/.requirements: tests/accuracy/requirements.lock $(UV)
	@test -x .venv-accuracy/bin/python || $(PYTHON) -m venv .venv-accuracy
	@$(UV) pip install --quiet --python .venv-accuracy/bin/python --no-deps --require-hashes -r $<
	@touch $@

accuracy: setup .venv-accuracy/.requirements ## Measure the accuracy of matching beside Splink and write docs/accuracy.md
	@$(PYTHON) tests/accuracy/accuracy.py

chaos: setup ## Kill processes at random under load, count what was lost or doubled (SEED=1 MINUTES=5)
	@$(PYTHON) tests/system/chaos.py --seed $(SEED) --minutes $(MINUTES)

## Keeping generated files current

contracts: setup ## Write the event schemas, examples and documents anew from the models
	@$(PYTHON) -m isthmus.contracts.generate

lock: setup ## Resolve the dependencies anew and write requirements.lock
	@$(UV) lock --quiet --upgrade
	@$(UV) export --quiet --all-packages --no-emit-workspace --no-header --output-file requirements.lock

LOCK_ACCURACY := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

lock-accuracy: setup ## Resolve what the accuracy harness compares with anew
	@$(LOCK_ACCURACY) --upgrade tests/accuracy/requirements.in > tests/accuracy/requirements.lock
	@$(LOCK_ACCURACY) --upgrade --no-deps tests/accuracy/data.in >> tests/accuracy/requirements.lock
