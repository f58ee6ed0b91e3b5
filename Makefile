# Two commands set up a fresh machine (Python 3.11 and make only): `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Every command starts faster with compiled modules, whatever the surroundings say.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check bench soak lock clean

demo: $(VENV)/.runtime ## the sample organisation in the browser; stays in the foreground and prints `ready`
	$(BIN)/tanhua demo --data data/demo

test: $(VENV)/.dev ## every test
	$(BIN)/python -m pytest

check: $(VENV)/.dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench ## comparisons with peers, one table each
	$(BIN)/python tests/benchmarks/run.py

soak: $(VENV)/.dev ## the long runs
	TANHUA_SOAK=1 TANHUA_STORM_UPDATES=10000 TANHUA_HOSTILE_REQUESTS=100000 TANHUA_FUZZ_EXAMPLES=200 $(BIN)/python -m pytest -m "soak or not soak" --timeout 14400 tests/flows tests/bot/dialogue

# The lock files: exact versions and hashes, no host. Run after changing pyproject.toml.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements.lock --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements-dev.lock --extra dev --extra bench pyproject.toml -o requirements-bench.lock

clean:
	rm -rf $(VENV) build *.egg-info

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

# The development lock holds the runtime one, so a fresh machine installs once.
$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(VENV)/.runtime $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	$(PIP) install --require-hashes -r requirements-bench.lock
	touch $@
