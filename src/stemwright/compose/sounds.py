"""What a style's layers are usually played in: timbres of the shipped bundles, by canonical name."""

from __future__ import annotations

from stemwright.song.layers import LAYERS, kind_of
from stemwright.song.style import canonical

_ROWS: dict[str, tuple[str, str, str, str]] = {
    "pop": ("acoustic", "finger", "piano", "electric guitar"),
    "rock": ("red zeppelin", "pick", "clean guitar", "driven guitar"),
    "funk": ("black pearl", "slap", "clean guitar", "sax"),
    "jazz": ("brush", "upright", "concert grand", "trumpet"),
    "bossa": ("brush", "upright", "nylon", "flute"),
    "house": ("club", "synth", "polysynth", "synth lead"),
    "hiphop": ("808", "sine", "epiano", "flute"),
    "ballad": ("acoustic", "fretless", "concert grand", "violin"),
    "reggae": ("acoustic", "flatwound", "organ", "trumpet"),
    "metal": ("heavy", "pick", "muted guitar", "driven guitar"),
    "blues": ("black pearl", "flatwound", "rock organ", "electric guitar"),
    "country": ("acoustic", "pick", "steel guitar", "violin"),
    "latin": ("room", "upright", "piano", "trumpet"),
    "soul": ("black pearl", "flatwound", "wurlitzer", "sax"),
    "folk": ("brush", "upright", "steel guitar", "wood flute"),
    "electronic": ("club", "saw", "polysynth", "synth lead"),
    "dance": ("club", "synth", "polysynth", "square lead"),
    "ambient": ("brush", "fretless", "new age pad", "bowed cello"),
    "punk": ("red zeppelin", "pick", "clean guitar", "driven guitar"),
}
"""Style -> timbres in the order of the layers. Guitars that die away soon only where chords are short."""


def usual_timbre(style: str, layer: str) -> str:
    """The timbre that a layer is usually played in, by its kind; "" where the style has none for it."""
    row = dict(zip(LAYERS, _ROWS.get(canonical(style) or "", ()), strict=False))
    return row.get(kind_of(layer), "")
