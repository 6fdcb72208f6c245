"""General MIDI programs and timbres: what a sequencer loads for a layer, and what plays an imported one."""

from __future__ import annotations

from collections.abc import Collection

from stemwright.song.layers import KINDS, kind_of

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
        "brass": 61, "polysynth": 90, "new age pad": 88,
    },
    "lead": {
        "electric guitar": 27, "sax": 65, "flute": 73, "synth lead": 81, "spanish guitar": 24,
        "driven guitar": 29, "upright piano": 0, "trumpet": 56, "violin": 40, "clarinet": 71, "harmonica": 22,
        "square lead": 80, "voice": 54, "marimba": 12,
    },
}  # fmt: skip
"""Program (0-based; of drums the kit, as Roland's GS numbers them) of each timbre of the shipped bundles."""


def program_of(layer: str, timbre: str) -> int:
    """The program of a layer ("harmony-2" is played like "harmony"); its kind's usual one where unknown."""
    kind = kind_of(layer)
    return _PROGRAMS.get(kind, {}).get(timbre, KINDS[kind].program)


def timbre_of_program(layer: str, program: int, timbres: Collection[str]) -> str:
    """The timbre, of those that a layer can be played in, nearest to a program in its family; "" for none.

    General MIDI has sixteen families of eight programs each: pianos, basses, strings, brass, reeds, ...
    """
    family = {
        timbre: known
        for timbre, known in _PROGRAMS.get(kind_of(layer), {}).items()
        if timbre in timbres and known // 8 == program // 8
    }
    return min(family, key=lambda timbre: abs(family[timbre] - program), default="")
