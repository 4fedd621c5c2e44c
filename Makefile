# Paths are relative on purpose: the checkout may lie in a folder with spaces in its name.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
UV_VERSION := 0.13.9

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.synced
TEXTS := $(VENV)/.texts
SERVICES := $(PY) -m lockdown.services exec
# Checks and message catalogues read the settings but need no server.
SETTINGS := SECRET_KEY=check DEBUG=1 DATABASE_URL=postgresql://127.0.0.1/check REDIS_URL=redis://127.0.0.1

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help env demo demo-reset test check bench faults story lock format messages clean

help: ## Show this table
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

env: $(STAMP) ## Make .venv with exactly the locked packages

$(STAMP): requirements-dev.txt bin/make-env
	@PYTHON="$(PYTHON)" UV_VERSION="$(UV_VERSION)" sh bin/make-env $(VENV) requirements-dev.txt
	@touch $@

$(TEXTS): $(STAMP) $(wildcard */locale/*/LC_MESSAGES/django.po)
	@$(SETTINGS) $(PY) manage.py messages --compile
	@touch $@

demo: $(TEXTS) ## Run everything with the demo data on http://localhost:8000 (PORT=, HOST=)
	@PORT="$(PORT)" HOST="$(HOST)" exec $(PY) -m lockdown.supervisor demo

demo-reset: $(TEXTS) ## The same, after forgetting all data
	@PORT="$(PORT)" HOST="$(HOST)" exec $(PY) -m lockdown.supervisor demo-reset

test: $(TEXTS) ## Run the tests, the browser beside the rest (ARGS="-k words" for some)
	@PGOPTIONS="-c synchronous_commit=off" exec $(SERVICES) --redis-db 1 -- sh bin/run-tests $(PY) $(ARGS)

check: $(TEXTS) ## Format, lint, types, imports, templates, migrations, translations, compose
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	git ls-files -z '*.html' | xargs -0 -r $(VENV)/bin/djade --check --target-version 5.2
	$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(PY) -c 'from importlinter.cli import lint_imports_command as run; run()'
	$(SETTINGS) $(PY) -m mypy
	$(SERVICES) --redis-db 1 -- $(PY) manage.py makemigrations --check --dry-run
	$(SETTINGS) $(PY) manage.py messages --check

bench: $(TEXTS) ## Measure against the machine's limits (ONLY=name for one)
	@exec $(SERVICES) --redis-db 2 -- $(PY) -m bench $(ONLY)

faults: $(TEXTS) ## Kill, stop and flush in mid-sale, then check what held (ONLY=name for one)
	@exec $(PY) -m bench.faults $(ONLY)

story: $(TEXTS) ## Replay the six days of Yujingwan in a scratch compound
	@PGOPTIONS="-c synchronous_commit=off" exec $(SERVICES) --redis-db 2 -- $(PY) manage.py story yujingwan $(ARGS)

lock: $(STAMP) ## Lock the newest allowed packages
	$(PY) -m uv pip compile -q --universal --generate-hashes --python-version 3.11 \
		requirements.in -o requirements.txt
	$(PY) -m uv pip compile -q --universal --generate-hashes --python-version 3.11 \
		requirements-dev.in -o requirements-dev.txt

format: $(STAMP) ## Format Python and templates
	$(PY) -m ruff check --fix-only -q .
	$(PY) -m ruff format .
	git ls-files -z '*.html' | xargs -0 -r $(VENV)/bin/djade --target-version 5.2

messages: $(STAMP) ## Collect strings into the message catalogues
	$(SETTINGS) $(PY) manage.py messages

clean: ## Remove what can be made again; the demo data stay
	@if [ -x $(PY) ]; then $(PY) -m lockdown.services down || true; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
