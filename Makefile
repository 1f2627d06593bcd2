# The project's few verbs. `make check` is exactly what CI runs.
VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin

.PHONY: check test slow lint types contracts fmt docs pictures bench clean

# A test that failed is run once more, alone: a terminal that starved beside another test fails only there.
check: lint types contracts
	$(MAKE) test || $(BIN)/python -m pytest --last-failed --last-failed-no-failures none

$(VENV)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2

slow: $(VENV)/.installed
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

contracts: $(VENV)/.installed
	$(BIN)/lint-imports

fmt: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache

docs: $(VENV)/.installed
	$(BIN)/python docs/tables.py

pictures: $(VENV)/.installed
	$(BIN)/python docs/pictures.py
