.PHONY: test setup check
.DEFAULT_GOAL := test
PYTHON ?= python3
STAMP := .venv/.installed

setup: $(STAMP)

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

test: setup
	.venv/bin/python -m pytest -n auto

check: setup
	.venv/bin/ruff format --check planner tests
	.venv/bin/ruff check planner tests
	.venv/bin/mypy planner
	.venv/bin/lint-imports
