"""The engine's contestant process: `python -m stemwright.bench KV_CACHE FOLDER`."""

import sys
from pathlib import Path

from stemwright.bench.contestant import serve
from stemwright.bench.engine_contestant import EngineContestant

if __name__ == "__main__":
    serve(EngineContestant(Path(sys.argv[2]), sys.argv[1]), Path(sys.argv[2]))
