# `make demo` and `make test` are all that a fresh checkout needs; each makes the environment first if it isn't there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help env demo run test parity faults check bench wheel bundle desktop clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

env: $(INSTALLED) ## make the environment .venv

demo: $(INSTALLED) ## cut out and track the sample clip, export it, picture the window
	$(BIN)/sam2-studio demo

run: $(INSTALLED) ## open the window
	$(BIN)/sam2-studio

test: $(INSTALLED) ## run the tests, without a display
	@sh packaging/system_libraries.sh test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal -m "not fault and not benchmark and not long_parity and not packaging"

parity: $(INSTALLED) ## compare the networks with all recorded results of the published code
	$(BIN)/python -m pytest tests/parity

faults: $(INSTALLED) ## run every fault test, and print what came of each fault
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist worksteal -p tests.faults_table --faults

check: $(INSTALLED) ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED) ## measure the speed of this machine
	$(BIN)/sam2-studio bench

wheel: $(INSTALLED) ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

bundle: $(INSTALLED) ## build a folder that runs without Python, dist/sam2-studio
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bundle]'
	$(BIN)/python -m PyInstaller --noconfirm packaging/sam2-studio.spec

desktop: ## menu entry, icon and file type for this user
	@sh packaging/linux/install.sh

clean: ## remove the environment, caches and the demo's files
	rm -rf $(VENV) demo-out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find sam2_studio tests -name __pycache__ -prune -exec rm -rf {} +

# Made again whenever what is to be installed changes.
$(INSTALLED): pyproject.toml constraints.txt
	@sh packaging/system_libraries.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. Name it: make env PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "Python's venv is missing. Install it: sudo apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
