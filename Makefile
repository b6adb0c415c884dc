# make site   set up, check the records, compute the KPIs, build English and Chinese, serve them
# make test   set up, then lint, types and all tests
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
SERVE ?= 1
PORT ?= 8000
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help site test check bench lock clean

help:
	@sed -n '/^# make/s/^# //p' Makefile

$(VENV)/build.done: requirements/build.txt
	$(PYTHON) -c 'import sys; sys.exit("kam needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/run.done: $(VENV)/build.done requirements/run.txt pyproject.toml
	$(PIP) --require-hashes --no-build-isolation -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.done: $(VENV)/run.done requirements/dev.txt
	$(PIP) --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@

site: $(VENV)/run.done
	@# Status 1 is problems found: the site is built without those records and names them. Anything else stops.
	$(BIN)/kam check || [ $$? -eq 1 ]
	$(BIN)/kam kpi || [ $$? -eq 1 ]
ifeq ($(SERVE),0)
	$(BIN)/kam site build
else
	$(BIN)/kam site serve --port $(PORT)
endif

test: $(VENV)/dev.done
	$(BIN)/ruff check tools tests
	$(BIN)/ruff format --check tools tests
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

check: $(VENV)/run.done
	$(BIN)/kam check

bench: $(VENV)/dev.done
	$(BIN)/python tests/bench/run.py

lock:
	requirements/lock.sh

clean:
	rm -rf $(VENV) .kam site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
