#!/bin/sh
# Builds the native engine and the live graph in place (src/stemwright/native/_engine*.so and _live*.so), so that PYTHONPATH=src works.
# Usage: scripts/build_native.sh [PYTHON]      needs cmake, a C++17 compiler, and nanobind in that Python
set -eu
cd "$(dirname "$0")/.."
python=${1:-python3}
cmake -S . -B build/native -DSTEMWRIGHT_IN_PLACE=ON -DPython_EXECUTABLE="$(command -v "$python")"
cmake --build build/native --parallel 2
