.PHONY: bench demo test setup check coverage dist image-check races site
.DEFAULT_GOAL := test
# The first Python that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
STAMP := .venv/.installed
# Many tests wait for a service or a clock: two workers for each core keep the cores busy.
WORKERS ?= $(shell "$(PYTHON)" -c 'import os; print(2 * (os.cpu_count() or 1))')

setup: $(STAMP)

# The TOML test suite comes in the source archive of a package; nothing of that archive is installed.
# The generator of the site has an environment of its own: it needs another version of a library than poolctl.
$(STAMP): requirements/dev.lock requirements/site.lock requirements/toml-suite.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed, and none was found; set PYTHON to its path.' >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	"$(PYTHON)" -m venv .venv/site
	.venv/site/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/site.lock
	rm -rf .venv/toml-suite
	.venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-binary :all: \
		--require-hashes --dest .venv/toml-suite -r requirements/toml-suite.lock
	touch $(STAMP)

# What of the installation is said goes to stderr, so that stdout is the demonstration.
demo:
	@$(MAKE) --no-print-directory setup >&2
	@PATH="$(CURDIR)/.venv/bin:$$PATH" examples/demo.sh

test: setup
	.venv/bin/python -m pytest -n $(WORKERS)

check: setup
	.venv/bin/ruff format --check planner tests tools
	.venv/bin/ruff check planner tests tools
	.venv/bin/mypy
	.venv/bin/lint-imports

# The tables alone reach every branch of the core; the laws would take minutes while branches are traced.
coverage: setup
	.venv/bin/python -m pytest tests/core -m 'not hypothesis' -n auto \
		--cov=planner.core --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

# Wheel, source archive, single file, lock, bill of materials, notes, manual pages and completions, with their sums.
dist: setup
	.venv/bin/python -m tools.release

# Builds the image of the Containerfile and runs it as users do: two minutes. IMAGE_ENGINE may be docker. Where no registry
# of images is in reach, IMAGE_BASE=debootstrap:trixie makes the base of Debian's packages, as root.
image-check: setup
	IMAGE_BASE=$${IMAGE_BASE:-python:3.13-slim} .venv/bin/python -m pytest tests/release/test_release_image.py

# The races for the lock that the tests run small, as large as they are meant: 50 processes, 100 rounds, every store.
races: setup
	RACE_PROCESSES=$${RACE_PROCESSES:-50} RACE_ROUNDS=$${RACE_ROUNDS:-100} RACE_LEASE=$${RACE_LEASE:-30} \
		.venv/bin/python -m pytest tests/state/test_state_lock_races.py

# The documentation as a site below build/site, for any server of files (python3 -m http.server -d build/site).
site: setup
	.venv/bin/python -m tools.site

# Measures everything and writes docs/performance.md: about ten minutes on a quiet machine. BENCH takes options of
# tests/benchmarks/bench.py, such as --sizes 1,10 --into /tmp/performance.md.
bench: setup
	.venv/bin/python tests/benchmarks/bench.py $(BENCH)
