"""Every timbre of the training data in numbers: a Markdown table.

python benchmarks/timbres.py --sources FOLDER [--layer bass] [--out benchmarks/timbres.md]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from stemwright.instruments.audition import audition
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import RECIPES, TimbreRecipe

COLUMNS = (
    "timbre", "made of", "peak", "RMS", "centroid, Hz", "cents", "worst", "late, ms", "quietest", "held",
    "rest", "soft",
)  # fmt: skip
LEGEND = """Peak and RMS in dBFS of the layer's reference playing; cents against equal temperament: the median
and the worst note of the layer's range, brought into the timbre's, velocity 90 (of the staccato
bass, whose notes are too short for it, the worst says little); late: until a tenth of the peak,
slowest note; quietest: peak of the least loud note, dBFS; held: dB by which a held note falls
until its third second; rest: dBFS left half a second after the release; soft: dB between
velocities 110 and 40. Timbres in italics are held out."""


def _made_of(made: TimbreRecipe) -> str:
    return f"soundfont {made.bank}:{made.program}" if made.kind == "soundfont" else made.source.split(" (")[0]


def _number(value: float, digits: int = 1) -> str:
    return "" if value != value else f"{value:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def row(studio: Studio, layer: str, made: TimbreRecipe) -> str:
    """A timbre's line of the table."""
    got = audition(studio, layer, made.name)
    name = f"*{made.name}*" if made.held_out else made.name
    numbers = [
        _number(got.peak), _number(got.rms), _number(got.centroid, 0), _number(got.cents, 0),
        _number(got.worst_cents, 0), _number(got.late), _number(got.quietest), _number(got.held),
        _number(got.rest), _number(got.soft),
    ]  # fmt: skip
    return _line([name, _made_of(made), *numbers])


def main() -> None:
    """Print the table, or write it to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True, help="folder with samples/")
    parser.add_argument("--soundfont", type=Path)
    parser.add_argument("--layer", choices=sorted(RECIPES))
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    studio = Studio(args.sources / "samples", args.soundfont)
    lines = ["# The timbres of the training data", "", LEGEND]
    for layer in [args.layer] if args.layer else RECIPES:
        lines += ["", f"## {layer}", "", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
        lines += [row(studio, layer, made) for made in RECIPES[layer]]
    text = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
