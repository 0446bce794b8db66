# The four doors: run, test, check, bench. Each makes what it needs in .venv by itself.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock

help:
	@echo "make run     the site, the worker and a first staff account, on http://127.0.0.1:8000 (PORT=)"
	@echo "make test    the tests"
	@echo "make check   format, lint, types, import rules, templates, migrations, production settings"
	@echo "make bench   the benchmarks, as ratios in one run"

run: .venv/run.done
	@$(BIN)/python manage.py serve

test: .venv/dev.done
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: .venv/dev.done
	@$(BIN)/python -m tests.check

bench: .venv/dev.done
	@$(BIN)/python -m bench

# A stamp is newer than its lock file when what the lock names is installed.
.venv/run.done: requirements.txt | .venv/bin/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/dev.done: requirements-dev.txt | .venv/bin/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ .venv/run.done

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; say which with PYTHON=/path/to/python."; exit 1; }
	@$(PYTHON) -m venv .venv

# Only for those who change a dependency: needs uv.
LOCK := uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
lock:
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra server --output-file requirements-server.txt
	$(LOCK) --extra server --group dev --output-file requirements-dev.txt
