"""Draw docs/rolls/STYLE.png anew: what the arranger writes in every style, as piano rolls, without a sound.

    python benchmarks/rolls.py [--styles pop,funk] [--seed 7] [--out docs/rolls]

A verse and a chorus each, in the middle of the style's tempi, in a key that the seed draws; none is chosen by
how it looks. What a musician would say of them stands in docs/rolls.md.
"""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from stemwright.assess.style.states import state_of
from stemwright.compose.arranger import arrange
from stemwright.compose.styles import NAMES
from stemwright.shown.picture import draw_page
from stemwright.shown.sheet import lay_out
from stemwright.song.form import parse_form
from stemwright.song.state import bpm_text

FORMS = {"blues": "verse:12"}
FORM = "verse:8 chorus:8"
COLOURS = 64
"""Of a picture: few, so that its file is small."""
DPI = 80


def drawn(style: str, seed: int) -> bytes:
    """The picture (PNG) of a style."""
    state = replace(state_of(style, seed), sections=parse_form(FORMS.get(style, FORM)))
    made = arrange(state, seed=seed)
    sheet = lay_out(made.state, made.scores, {layer: layer for layer in made.scores})
    title = f"{style} · {state.key} · {bpm_text(state.bpm)} BPM · seed {seed}"
    figure = draw_page(sheet, [system for page in sheet.pages() for system in page], title)
    whole, small = io.BytesIO(), io.BytesIO()
    figure.savefig(whole, format="png", dpi=DPI)
    Image.open(whole).convert("RGB").quantize(COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--styles", default=",".join(NAMES))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "rolls")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for style in options.styles.split(","):
        picture = drawn(style, options.seed)
        (options.out / f"{style}.png").write_bytes(picture)
        print(f"{style}: {len(picture) // 1000} KB", flush=True)


if __name__ == "__main__":
    main()
