# PYTHON=python3.13 chooses the interpreter, DJANGO=6.1 the Django (in an environment of its own),
# DATABASE=sqlite|postgres|mariadb a single database for the tests, COVERAGE=sqlite those on which the
# coverage is measured, ARGS what pytest gets as well.
PYTHON ?= python3
VENV ?= .venv$(DJANGO)
BIN = $(VENV)/bin
READY = $(VENV)/.installed
EXTRAS = postgres,cli,fast,tasks,async,otel,testing
# The demo needs less than the tests do, and nothing more where their packages are.
DEMO_READY = $(or $(wildcard $(READY)),$(VENV)/.installed-demo)
DOCS = $(BIN)/sphinx-build -n -W --keep-going -b html docs docs/_build/html

.DEFAULT_GOAL = help
.PHONY: help demo test coverage converge lint types docs migrations initial_migration messages check_messages audit watch_test watch_docs serve bench check clean

help: ## List the targets.
	@sed -n 's/^\([a-z_]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

demo: $(DEMO_READY) ## See the package at work on a fake Stripe, without an account or a key.
	$(BIN)/stripe_django demo

test: $(READY) ## Run the tests on SQLite, and a part on PostgreSQL and MariaDB where they answer.
	$(BIN)/python -m tests $(ARGS)

coverage: $(READY) ## Run the tests and hold the floor of the coverage, of all databases together.
	COVERAGE=sqlite,postgres,mariadb $(BIN)/python -m tests $(ARGS)

converge: $(READY) ## Tell 2,000 histories in any order, on SQLite.
	DATABASE=sqlite HISTORIES=2000 $(BIN)/python -m pytest tests/convergence -n auto

lint: $(READY) ## Check style, format, spelling and the imports between packages.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/lint-imports

types: $(READY) ## Check the types with mypy and django-stubs.
	$(BIN)/python -m mypy

docs: $(READY) ## Build the documentation; a warning is an error.
	$(DOCS)

migrations: $(READY) ## Fail if a model has changed without a migration.
	$(BIN)/python -m django makemigrations --check --dry-run --settings tests.settings

MIGRATIONS = stripe_django/migrations

initial_migration: $(READY) ## Before the first release: make the initial migration again.
	rm -f $(MIGRATIONS)/0001_initial.py
	mkdir -p $(MIGRATIONS)/later && mv $(MIGRATIONS)/000[2-9]_*.py $(MIGRATIONS)/later
	$(BIN)/python -m django makemigrations stripe_django --name initial --no-header \
		--settings stripe_django.standalone.settings; made=$$?; \
		mv $(MIGRATIONS)/later/*.py $(MIGRATIONS) && rmdir $(MIGRATIONS)/later; exit $$made
	$(BIN)/ruff check --fix --quiet $(MIGRATIONS)
	$(BIN)/ruff format --quiet $(MIGRATIONS)

messages: $(READY) ## Update the catalogs of translations from the source, and compile them.
	$(BIN)/python -m tools.messages

check_messages: $(READY) ## Fail if a message is not translated, or a catalog not compiled.
	$(BIN)/python -m tools.messages --check

audit: $(READY) ## Fail if the SDK declares what no model accounts for.
	$(BIN)/python -m django stripe_audit --settings tests.settings

watch_test: $(READY) ## Run the tests again on every save, the failed ones first.
	$(BIN)/watchfiles --filter python '$(BIN)/python -m pytest --failed-first $(ARGS)' stripe_django tests

watch_docs: $(READY) ## Build the documentation again on every save.
	$(BIN)/watchfiles --ignore-paths docs/_build '$(DOCS)' docs stripe_django

serve: $(DEMO_READY) ## The demo, then its data in the Django admin, on loopback.
	$(BIN)/stripe_django demo --serve

bench: $(READY) ## Measure the sync and the webhooks, on PostgreSQL.
	$(BIN)/python -m benchmarks

check: lint types docs migrations check_messages audit test ## Everything that CI runs.

clean: ## Remove what was built, the environment included.
	rm -rf .venv* .tox build dist docs/_build *.egg-info .*_cache .hypothesis example/*.sqlite3
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): WHAT = '.[$(EXTRAS)]' --group dev
$(VENV)/.installed-demo: WHAT = '.[cli]'

$(READY) $(VENV)/.installed-demo: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or later is needed; name one with: make PYTHON=/path/to/python' >&2; exit 1; }
	@echo 'Installing into $(VENV).'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1'  # the first that knows --group
	@$(BIN)/python -m pip install -qq --editable $(WHAT) $(if $(DJANGO),'Django~=$(DJANGO).0')
	@touch $@
