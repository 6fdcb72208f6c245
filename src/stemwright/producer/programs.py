"""The General MIDI program that a sequencer should load for a layer, from the timbre it is played in."""

from __future__ import annotations

from stemwright.song.layers import DEFAULT_PROGRAMS, LAYERS

_PROGRAMS: dict[str, dict[str, int]] = {
    "drums": {
        "room": 8, "heavy": 16, "power": 16, "electronic": 24, "club": 24, "808": 25, "analog": 25,
        "brush": 40,
    },
    "bass": {
        "finger": 33, "pick": 34, "upright": 32, "synth": 38, "fretless": 35, "slap": 36, "square": 39,
        "sine": 39, "saw": 38, "reese": 39, "tuba": 58, "organ bass": 17, "woodsy": 38, "thick": 38,
    },
    "harmony": {
        "piano": 0, "epiano": 4, "strings": 48, "nylon": 24, "clean guitar": 27, "steel guitar": 25,
        "organ": 17, "rock organ": 18, "fm piano": 5, "clavinet": 7, "vibraphone": 11, "choir": 52,
        "brass": 61, "polysynth": 90,
    },
    "lead": {
        "electric guitar": 27, "sax": 65, "flute": 73, "synth lead": 81, "spanish guitar": 24,
        "driven guitar": 29, "upright piano": 0, "trumpet": 56, "violin": 40, "clarinet": 71, "harmonica": 22,
        "square lead": 80, "voice": 54, "marimba": 12,
    },
}  # fmt: skip
"""Program (0-based; of drums the kit, as Roland's GS numbers them) of each timbre of the shipped bundles."""


def program_of(layer: str, timbre: str) -> int:
    """The program of a layer ("harmony-2" is played like "harmony"); its layer's usual one where unknown."""
    kind = next((name for name in LAYERS if layer.startswith(name)), "")
    return _PROGRAMS.get(kind, {}).get(timbre, DEFAULT_PROGRAMS.get(kind, 0))
