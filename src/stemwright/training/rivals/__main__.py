"""`build FOLDER` writes the graphs for ONNX Runtime; `pytorch|ort-fp32|ort-int8 FOLDER` is a contestant."""

import sys
from pathlib import Path

from stemwright.bench.contestant import serve


def main(name: str, folder: Path) -> None:
    """Each imports what it needs and nothing else: memory is measured."""
    if name == "build":
        from stemwright.training.rivals.build import build

        build(folder)
    elif name == "pytorch":
        from stemwright.training.rivals.eager import Eager

        serve(Eager(folder), folder)
    else:
        from stemwright.training.rivals.session import Session

        serve(Session(folder, name.removeprefix("ort-")), folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
