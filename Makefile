# Everything a developer or a CI runs; `make help` lists it. Needs make and Python 3.11, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
CODE := src tests scripts

export WATTWARDEN_HOME ?= ./wattwarden-data/demo
DEMO_CUSTOMERS ?= 20000
DEMO_MONTHS ?= 13
DEMO_SEED ?= 1
BENCH_SIZES ?= 0.1,0.3,1

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-postgresql check quick bench bench-billing bench-area bench-meter bench-theft \
  bench-audit bench-console docs lock fmt clean

help: ## List these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

venv: $(READY) ## Make the environment in .venv from requirements.lock

$(READY): requirements.lock pyproject.toml scripts/make_venv.sh
	sh scripts/make_venv.sh $(PYTHON) $(VENV)

demo: $(READY) ## Simulate a county, import it, scan it, score it, write the report
	$(BIN)/python scripts/demo.py --customers $(DEMO_CUSTOMERS) --months $(DEMO_MONTHS) --seed $(DEMO_SEED)

test: $(READY) ## Run the tests
	$(BIN)/pytest -n 2

test-postgresql: $(READY) ## Run the tests of the application store on PostgreSQL
	$(BIN)/python -m scripts.test_on_postgresql

quick: $(READY) ## Format, lint, types and contracts only: what to run while writing
	$(BIN)/ruff format --check --diff --quiet $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m scripts.dead_code
	$(BIN)/python -m scripts.guards

check: quick docs test test-postgresql ## Everything that must hold before a change is accepted

bench: bench-billing bench-area bench-meter bench-theft bench-audit bench-console ## Measure everything, and import and scan at several sizes; writes bench-results/
	$(BIN)/python -m scripts.bench --sizes $(BENCH_SIZES)

bench-billing: $(READY) ## Measure bills per second; PYSAM_PYTHON=… compares with NREL PySAM
	$(BIN)/python -m scripts.bench_billing $(if $(PYSAM_PYTHON),--pysam-python $(PYSAM_PYTHON))

bench-area: $(READY) ## Measure the balance of many areas and the search for suspects
	$(BIN)/python -m scripts.bench_area

bench-audit: $(READY) ## Measure the verification of a million records of the audit log
	$(BIN)/python -m scripts.bench_audit

bench-console: $(READY) ## Measure the pages of the console under load, on SQLite and PostgreSQL
	$(BIN)/python -m scripts.bench_console

bench-theft: $(READY) ## Measure the features of the theft score and its training
	$(BIN)/python -m scripts.bench_theft

bench-meter: $(READY) ## Measure a day of curves of a million meters: checks and physics
	$(BIN)/python -m scripts.bench_meter

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(READY) ## Build the documentation site into ./site
	$(BIN)/python -m mkdocs build --strict --quiet

lock: ## Resolve the dependencies of pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev --upgrade --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --quiet -o requirements.lock

fmt: $(READY) ## Format the code and repair what can be repaired by rule
	$(BIN)/ruff check --fix --quiet $(CODE) || true
	$(BIN)/ruff format $(CODE)

clean: ## Remove what was built; data folders stay
	rm -rf $(VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
