# Needs Python 3.11 or newer and make; everything else is set up in .venv, from the lock files.
# What is about a real Kafka also needs Java 17 and Maven: see infra/development/kafka.py.

PYTHON ?= python3
IN_VENV := .venv/bin/python
INSTALL := $(IN_VENV) -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-long check demo bench law messages clean lock
.NOTPARALLEL: # what is installed comes before what runs in it

run: .venv/installed messages ## serve on http://127.0.0.1:8000
	$(IN_VENV) tamga.py serve

test: .venv/installed-dev messages ## all tests but the long ones, in a process for each core
	$(IN_VENV) -m pytest -m 'not slow' --numprocesses auto

test-long: .venv/installed-dev messages ## those that take long by nature: killed processes, many rounds, whole pages
	$(IN_VENV) -m pytest -m slow

check: .venv/installed-dev messages ## style, types, and the shape of the house
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m mypy
	$(IN_VENV) -m pytest -q tests/test_architecture.py

demo: .venv/installed messages ## twelve cases and more, from filing to their ends
	$(IN_VENV) tamga.py demo

bench: .venv/installed-dev messages ## how fast it is, as ratios
	$(IN_VENV) -m tests.bench

law: .venv/installed-dev messages ## write docs/law/ anew, from the terms and the tables of tests/law/
	$(IN_VENV) -m tests.law

messages: | .venv/installed ## compile the message catalogues that are newer than what was compiled of them
	$(IN_VENV) -m api.messages

clean: ## remove what make and the tools made; var/, the data, stays
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f api/messages/*/*.mo

lock: ## resolve the lock files anew, from the ranges in pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet pip-tools
	$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --strip-extras --build-deps-for editable --no-emit-options --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links

# The second time these are there, and nothing is asked or fetched. The second holds the first.
.venv/installed: requirements.lock | .venv/made
	$(INSTALL) --require-hashes --requirement requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	touch $@

.venv/installed-dev: requirements-dev.lock | .venv/made
	$(INSTALL) --require-hashes --requirement requirements-dev.lock
	$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	touch .venv/installed $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tamga needs Python 3.11 or newer, and $(PYTHON) is not. Name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@
