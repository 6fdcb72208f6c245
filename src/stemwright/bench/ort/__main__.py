"""`build FOLDER` writes the graphs; `fp32|int8 FOLDER` is a contestant."""

import sys
from pathlib import Path

from stemwright.bench.contestant import serve


def main(name: str, folder: Path) -> None:
    """A contestant imports what it needs and nothing else: memory is measured."""
    if name == "build":
        from stemwright.bench.ort.graph_files import build

        build(folder)
    else:
        from stemwright.bench.ort.runtime import OrtContestant

        serve(OrtContestant(folder, name), folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
