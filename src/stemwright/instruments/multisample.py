"""A folder of recordings with their pitches in their names, "Piano C#4.wav" or "60 soft.wav", as an
instrument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from stemwright.instruments.sampler import Region, parse_pitch

SOUNDS = (".wav", ".flac", ".aif", ".aiff")
_NOTE = re.compile(r"(?<![A-Za-z0-9#])([A-Ga-g])([#bs]?)(-?[0-9])(?![A-Za-z0-9])")
_NUMBER = re.compile(r"(?<![A-Za-z0-9])0?([2-9][0-9]|1[01][0-9]|12[0-7])(?![A-Za-z0-9])")


def pitch_in(name: str) -> int | None:
    """The pitch that a file's name says, as a note (c4 is 60; "Cs4" and "C#4" are one) or a MIDI number from
    20; the last of several notes. None where it says none.
    """
    notes = list(_NOTE.finditer(name))
    if notes:
        letter, sign, octave = notes[-1].groups()
        pitch = parse_pitch(f"{letter}{sign.replace('s', '#')}{octave}")
        return pitch if 0 <= pitch <= 127 else None
    number = _NUMBER.search(name)
    return int(number[1]) if number else None


def pitched(files: Iterable[Path]) -> dict[int, list[Path]]:
    """Pitch -> the files whose names say it; others are left out."""
    found: dict[int, list[Path]] = {}
    for path in sorted(files):
        pitch = pitch_in(path.stem)
        if pitch is not None:
            found.setdefault(pitch, []).append(path)
    return dict(sorted(found.items()))


def folder_regions(folder: Path, release: float) -> list[Region]:
    """The recordings of a folder on all keys, those between two split halfway; several of one pitch take
    turns.
    """
    found = pitched(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS)
    pitches = list(found)
    edges = [0, *((low + high) // 2 + 1 for low, high in pairwise(pitches)), 128]
    return [
        Region(path, low, high - 1, pitch, release=release)
        for pitch, (low, high) in zip(pitches, pairwise(edges), strict=True)
        for path in found[pitch]
    ]
