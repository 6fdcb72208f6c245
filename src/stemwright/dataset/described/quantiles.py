"""Writes `thresholds.toml` anew: the thirds of every measure by layer, of a data set's training clips.

python -m stemwright.dataset.described.quantiles DATA > src/stemwright/dataset/described/thresholds.toml
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from stemwright.dataset.described.measures import MEASURES, measures_of
from stemwright.dataset.tokenize import shard_lists
from stemwright.song.layers import LAYERS


def page(data: Path) -> str:
    """The file's text."""
    out = ["# Where the middle third of each measure begins and ends, by layer (`quantiles.py` writes this)."]
    for layer in LAYERS:
        shards = [lines for lines, _, split in shard_lists(data, [layer]) if split == "train"]
        rows = [row for lines in shards for row in measures_of(lines, layer, "train") if row]
        if rows:
            out.append(f"\n[{layer}]")
        for name in MEASURES if rows else ():
            low, high = np.quantile([row[name] for row in rows], (1 / 3, 2 / 3))
            out.append(f"{name} = [{low:.3f}, {high:.3f}]")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1])))
