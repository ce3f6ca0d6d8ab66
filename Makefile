# Everything a newcomer needs: `make demo` shows what this is for, `make test` shows that it holds.
PY := .venv/bin/python
.DEFAULT_GOAL := help

help:  ## what the targets are
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

setup: .venv/.ready  ## make .venv with .venv/bin/nurture in it

.venv/.ready: pyproject.toml requirements.lock
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing .venv && \
	  uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(PY) --no-deps --no-build-isolation -e . ; \
	else \
	  python3 -m venv .venv && \
	  $(PY) -m pip install --quiet --require-hashes -r requirements.lock && \
	  $(PY) -m pip install --quiet --no-deps --no-build-isolation -e . ; \
	fi
	@# Where Python may not write its bytecode, every start would compile everything anew.
	@$(PY) -m compileall -q nurture
	@touch .venv/.ready

demo: setup  ## the whole cycle in a minute, on this machine alone
	.venv/bin/nurture demo

run: setup  ## run the engine on the project in this folder
	.venv/bin/nurture run

test: setup  ## the tests
	$(PY) -m pytest -n auto --dist worksteal

check: setup  ## format, lint, floors, types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/mypy

bench: setup  ## measure, side by side in one run
	$(PY) -m tests.benchmarks

judge: setup  ## how well inbound mail is judged, on collections of real mail
	$(PY) -m tests.judging

.PHONY: help setup demo run test check bench judge
