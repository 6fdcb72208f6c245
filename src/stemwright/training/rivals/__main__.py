"""PyTorch's contestant process: `python -m stemwright.training.rivals pytorch FOLDER`."""

import sys
from pathlib import Path

from stemwright.bench.contestant import serve
from stemwright.training.rivals.eager import Eager

if __name__ == "__main__":
    serve(Eager(Path(sys.argv[2])), Path(sys.argv[2]))
