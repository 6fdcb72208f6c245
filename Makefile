# Two commands do everything: `make song` makes a demo song, `make test` runs every check.
PYTHON ?= python3
VENV ?= .venv
DEV_VENV ?= .venv-dev
SONG ?= demo-song
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count())')

NATIVE := CMakeLists.txt $(shell find src/stemwright/native/cpp -name '*.cpp' -o -name '*.h')
SOURCES := pyproject.toml $(NATIVE) $(shell find src/stemwright -name '*.py' -o -name '*.json' -o -name '*.toml' -o -name '*.onnx' -o -name '*.safetensors')

.PHONY: song test test-arm lint types check-tools clean

song: $(VENV)/installed
	@$(VENV)/bin/stemwright song $(SONG) --bpm 112 --key "F# minor" --form "intro:4 verse:4 chorus:8" --style pop --seed 7

test: lint types
	$(DEV_VENV)/bin/python -m pytest -n auto --dist worksteal

# The engine on 64-bit Arm, under an emulator; part of `make test` too where the tools are there.
test-arm: $(DEV_VENV)/installed
	scripts/test_arm.sh $(DEV_VENV)/bin/python

lint: $(DEV_VENV)/installed
	$(DEV_VENV)/bin/ruff check src tests benchmarks
	$(DEV_VENV)/bin/ruff format --check src tests benchmarks

types: $(DEV_VENV)/installed
	$(DEV_VENV)/bin/mypy

# The run-time environment: no torch, no compiler needed afterwards. Python compiles what is used when it is first used; compiling all
# would take 30 MB more.
$(VENV)/installed: $(SOURCES) | check-tools
	@echo "Installing Stemwright into $(VENV) (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile .
	@touch $@

# The development environment: everything above, training and the checks; Python sources are used in place.
$(DEV_VENV)/installed: pyproject.toml $(NATIVE) | check-tools
	$(PYTHON) -m venv $(DEV_VENV)
	$(DEV_VENV)/bin/pip install --quiet --disable-pip-version-check --editable '.[dev,import,train]'
	@touch $@

check-tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "error: Python's venv module is missing; install it (Debian: python3-venv)"; exit 2; }
	@command -v $${CXX:-c++} >/dev/null || { echo "error: a C++ compiler is needed; install one (Debian: g++) or set CXX"; exit 2; }

clean:
	rm -rf $(VENV) $(DEV_VENV) build dist $(SONG)
