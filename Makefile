# The words that people and CI use. `make demo` and `make test` do all the set-up that they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Thousands of processes are started below, and each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test test-slow crash mutants fuzz check lint types contracts docs dogfood lock bench clean

setup: $(READY)

$(READY): requirements/dev.txt tools/bootstrap.py
	$(PYTHON) tools/bootstrap.py $(VENV)
	@touch $@

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n auto

# What takes over ten seconds each: a file of more than 2 GB.
test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

# Processes are killed, disks are full, writes are torn, again and again.
crash: $(READY)
	$(BIN)/python -m pytest -m "slow or not slow" tests/evidence/test_crash.py

# The tests of the tests: a check is taken out, or a fault put in, and some test must fail
# (SINCE=revision: only modules that changed; ONE_IN=10: a share of the faults; JOBS=processes).
mutants: $(READY)
	PYTHONPATH=tools $(BIN)/python -m mutants.removals
	PYTHONPATH=tools $(BIN)/python -m mutants --at-least 90 --jobs $(or $(JOBS),1) \
		$(if $(ONE_IN),--one-in $(ONE_IN)) $(if $(SINCE),--since $(SINCE))

# Every reader is given mutated input: for SECONDS in all.
fuzz: SECONDS ?= 600
fuzz: $(READY)
	PYTHONPATH=tools $(BIN)/python -m fuzz --seconds $(SECONDS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/python tools/generate_docs.py --check

# Assay's own gate on Assay, with the advisories that are at hand (ADVISORIES=folder or zip).
dogfood: $(READY)
	$(BIN)/python tools/dogfood.py $(ADVISORIES)

check: lint types contracts docs test

lock: $(READY)
	$(BIN)/python tools/lock.py

bench: $(READY)
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist demo .mutants .fuzz
