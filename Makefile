# One command each. Everything runs inside .venv, which `setup` builds from the hashed lock.

VENV   := .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.sundial-setup
SOURCE := api audit domain projections tests
ARGS   ?=
WORKERS ?= 2

.PHONY: setup demo test chromium tour check soak fuzz bench bench-data procedure lock audit-dependencies clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	$(BIN)/sundial demo $(ARGS)

test: setup chromium
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not soak" $(ARGS)

# The browser tests drive Debian's Chromium. Where it is missing it is installed if that can be done; else they say so.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get install -y -qq chromium >/dev/null; } || \
	  echo "There is no Chromium: the browser tests will fail. On Debian: apt-get install chromium"

# Walks the README's tour in a real browser and writes its pictures again.
tour: setup chromium
	$(BIN)/python -m pytest -q tests/browser/test_tour.py --pictures tests/browser/tour $(ARGS)

check: setup
	$(BIN)/ruff format --check $(SOURCE)
	$(BIN)/ruff check $(SOURCE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory audit-dependencies

# A known vulnerability fails; a database of vulnerabilities that cannot be reached is said, not passed over.
audit-dependencies: setup
	@$(BIN)/python -m tests.dependency_audit requirements.lock

soak: setup chromium
	$(BIN)/python -m pytest -q -n $(WORKERS) -m soak --maxschedchunk 1 $(ARGS)

bench: setup
	$(BIN)/python -m tests.benchmarks $(ARGS)

# The shared fixture of 200,000 cases and 1,000,000 entries, made once in ./var/bench-data (ARGS names another folder).
bench-data: setup
	$(BIN)/python -m tests.benchmarks.fixture $(ARGS)

# The auditor in one file, which needs nothing but Python and `cryptography`: python3 audit.pyz bundle FILE --anchor FILE
audit.pyz: $(wildcard audit/*.py) api/auditor.py api/auditor.json tests/make_pyz.py
	$(PYTHON) -m tests.make_pyz $@

# Coverage-guided fuzzing of the parsers, for SECONDS each; it needs one more package, which is installed here only.
fuzz: setup
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=2.3,<4' || \
	  { echo "atheris could not be installed for this Python; the fuzzing of make soak needs no package"; exit 1; }
	$(BIN)/python -m tests.audit.fuzz $(ARGS)

# Writes domain/PROCEDURE.md from the tables, and one stored entry for every act that has none.
procedure: setup
	$(BIN)/python -m tests.domain.procedure_document
	$(BIN)/python -m tests.golden.make_events

# django-htmx is here for the one script that it carries, which needs no Django: the lock leaves Django out.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --no-emit-package django --no-emit-package asgiref --no-emit-package sqlparse \
	  --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o requirements.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
