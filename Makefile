# What can be done with a checkout. `make run` starts the service, `make test` proves it. Needs Python 3.11 or newer.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 3
KILLS ?= 20
CLIENTS ?= 4
MUTANTS ?= opinion_app/rules/workdays.py opinion_app/rules/deadline.py
MUTANT_TESTS ?= $(wildcard tests/rules/test_vectors.py tests/rules/test_work*.py tests/rules/test_deadline_*.py tests/rules/test_explain.py \
	tests/rules/test_frames.py tests/rules/test_engine_details.py tests/rules/test_issuers_date.py)
CASES ?= 300
DAYS ?= 30
ENGINE ?= sqlite

VENV := .venv
PY := $(VENV)/bin/python
# The lock names everything there is to install, so nothing is resolved anew: a resolver may look at a newer release than the locked one
# and then refuse it for its missing hash.
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --no-deps

# Without it every process the tests start, some hundreds, would compile the whole package and every migration anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test lint types contracts suite both bench crash mutants soak format lock wheel wheel-check bundle clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

install: $(VENV)/.ready-dev ## build .venv with everything that running and testing need

run: $(VENV)/.ready-run ## prepare the database, load the demonstration office, serve web and clock (HOST=, PORT=)
	@HOST="$(HOST)" PORT="$(PORT)" $(PY) -m opinion_app.cli start

test: lint contracts ## everything that must hold before a change is accepted: style, contracts, types, tests
	@$(MAKE) --no-print-directory --jobs=2 types suite

lint: $(VENV)/.ready-dev ## style and likely mistakes
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.ready-dev ## types of the whole tree
	$(VENV)/bin/mypy

contracts: $(VENV)/.ready-dev ## which room may import which
	$(VENV)/bin/lint-imports --no-cache --no-logo

suite: $(VENV)/.ready-dev ## the tests, with their coverage: 100 % of rules and flow, 90 % of all (WORKERS=)
	@$(VENV)/bin/coverage erase
	$(PY) -m pytest -p tests.support.measured -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	@$(VENV)/bin/coverage combine --quiet
	$(VENV)/bin/coverage report --fail-under=90
	$(VENV)/bin/coverage report --fail-under=100 --include='opinion_app/rules/*,opinion_app/flow/*'

both: $(VENV)/.ready-dev ## the tests with every row of their tables on SQLite and on PostgreSQL; the suite lets the engines take turns
	OPINION_TEST_EVERY=1 $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: $(VENV)/.ready-dev ## measure the pages on 100,000 cases, SQLite and PostgreSQL (kept in .bench/), write docs/performance.md
	$(PY) -m bench.office_bench

crash: $(VENV)/.ready-dev ## kill a busy server again and again and count what that cost (KILLS=, CLIENTS=)
	$(PY) -m tests.faults.crash_run $(KILLS) $(CLIENTS)

mutants: $(VENV)/.ready-dev ## change rules in small ways and see the tests notice (MUTANTS=, MUTANT_TESTS=); survivors: docs/mutants.md
	@$(PIP) -r requirements/mutants.txt
	@MUTANT_TESTS="$(MUTANT_TESTS)" tools/mutants.sh $(MUTANTS)

soak: $(VENV)/.ready-dev ## a simulated month of reminders under every fault at once, counted (CASES=, DAYS=, KILLS=, ENGINE=sqlite|postgresql)
	$(PY) -m tests.faults.soak_run $(CASES) $(DAYS) $(KILLS) $(ENGINE)

format: $(VENV)/.ready-dev ## bring the code into the house's form
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock: $(VENV)/.ready-dev ## choose the newest versions that fit pyproject.toml and write requirements/*.txt with their hashes
	tools/lock.sh

wheel: $(VENV)/.ready-dev ## build the wheel into dist/
	$(PY) -m hatchling build -t wheel

wheel-check: $(VENV)/.ready-dev ## install the wheel away from the checkout and start it there
	$(PY) -m tools.wheel_check

bundle: $(VENV)/.ready-dev ## a package for machines without internet, Windows and Linux, into dist/
	$(PY) -m tools.bundle

clean: ## remove what these targets made (not the data)
	rm -rf $(VENV) dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/.ready-run: requirements/run.txt Makefile
	@$(make-venv)
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(PIP) -r requirements/run.txt
	@$(link-checkout)
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt Makefile
	@$(make-venv)
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(PIP) -r requirements/dev.txt
	@$(link-checkout)
	@touch $@

define make-venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Python 3.11 or newer is needed; '$(PYTHON)' is not ($$($(PYTHON) --version 2>&1 | head -1)). Name another one: make PYTHON=python3.12" >&2; \
	exit 1; }; \
test -x $(PY) || $(PYTHON) -m venv $(VENV) || { \
	rm -rf $(VENV); echo "No virtual environment could be made (Debian: apt-get install python3-venv)." >&2; exit 1; }
endef

# The checkout itself is used, not a copy: a path entry and a command, which need neither a build nor a network.
define link-checkout
echo "$(CURDIR)" > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/opinion_app_checkout.pth"; \
printf '#!/bin/sh\nexec "$$(dirname "$$(readlink -f "$$0")")/python" -m opinion_app.cli "$$@"\n' > $(VENV)/bin/opinion; \
chmod +x $(VENV)/bin/opinion
endef
