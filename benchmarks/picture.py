"""Draw the stems and the mix of a song over its bars: `python benchmarks/picture.py DIR OUT.png`."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import soundfile

from stemwright.store import SongFolder

COLOURS = {"drums": "#c0392b", "bass": "#8e44ad", "harmony": "#2471a3", "lead": "#1e8449", "mix": "#424949"}


def envelope(path: Path, columns: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest sample of each column, [columns] twice."""
    audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1)
    pieces = np.array_split(mono, columns)
    return np.array([p.min() for p in pieces]), np.array([p.max() for p in pieces])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("song", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    command = [sys.executable, "-m", "stemwright", "mix", str(options.song), "--stems", "--json"]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    state = SongFolder.open(options.song).load().state
    rows = {**made["stems"], "mix": made["mix"]}
    figure, axes = plt.subplots(len(rows), 1, figsize=(12, 1.25 * len(rows)), sharex=True)
    for axis, (name, path) in zip(axes, rows.items(), strict=True):
        low, high = envelope(Path(path))
        axis.fill_between(np.linspace(0, state.bars, len(low)), low, high, color=COLOURS.get(name), lw=0)
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        peak = max(float(np.max(np.abs([low, high]))), 1e-3)
        axis.set(ylim=(-1.05 * peak, 1.05 * peak), yticks=[], xlim=(0, state.bars))
        axis.spines[["top", "right", "left"]].set_visible(False)
    start = 0
    for section in state.sections:
        for axis in axes:
            axis.axvline(start, color="black", lw=0.6, alpha=0.5)
        axes[0].text(start + 0.1, 1.02, section.name, transform=axes[0].get_xaxis_transform(), va="bottom")
        start += section.bars
    axes[-1].set(xticks=range(0, state.bars + 1, 2), xlabel="bar")
    figure.tight_layout()
    figure.savefig(options.out, dpi=80)


if __name__ == "__main__":
    main()
