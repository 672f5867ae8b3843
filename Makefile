# The same few words for people and for CI. Each makes the machine ready first, which costs nothing when it is.
.DEFAULT_GOAL := help
.PHONY: help install demo test check bench corpora reference clean
PYTHON := .venv/bin/python
# Each worker starts an engine of its own, which only root may; everybody else has one engine, and one test at a time.
WORKERS ?= $(if $(filter 0,$(shell id -u)),3,0)

help: ## say what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	|| sed -nE 's/^([a-z]+):.*## (.*)/  make \1: \2/p' $(MAKEFILE_LIST)

install: ## make .venv with the command pullet in it
	@scripts/prepare run
	@echo 'ready: .venv/bin/pullet --help'

demo: ## watch three agents follow one repository; KEEP=1 leaves them running, CLEAN=1 removes what was left
	@scripts/prepare demo
	@$(PYTHON) -m scripts.demo $(if $(KEEP),--keep) $(if $(CLEAN),--clean) $(if $(PRIVATE),--private)

test: ## run every test, several at a time; T='tests/decide -k rolling' runs some, one by one
	@scripts/prepare test
	@$(PYTHON) -m pytest $(if $(T),$(T),--numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder)

check: ## lint, format, types, layers, shell
	@scripts/prepare test
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@shellcheck scripts/prepare scripts/lock .ci/run

bench: ## measure against the floor of the same run; OUT=file writes JSON
	@scripts/prepare demo
	@$(PYTHON) -m scripts.bench $(if $(OUT),--out $(OUT))

corpora: ## judge the manifests below CORPORA=dir, each by itself; OUT=file writes a JSON line for each
	@scripts/prepare run
	@$(PYTHON) scripts/corpora.py "$(CORPORA)" $(if $(OUT),--out "$(OUT)")

reference: ## write again the reference pages that are derived from the code
	@scripts/prepare run
	@$(PYTHON) scripts/reference.py

clean: ## remove what was made in this directory
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
