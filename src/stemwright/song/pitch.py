"""Note names and pitch classes, by way of the line of fifths (... Bb F C G D A E B F# ...; C is 0)."""

from __future__ import annotations

import re
from functools import lru_cache

from stemwright.song.signs import plain_signs

_LETTERS = "FCGDAEB"
_NAME = re.compile(r"[A-G](#{0,2}|b{0,2})")


def is_note_name(text: str) -> bool:
    """Whether `text` is a letter A..G with at most two sharps or two flats."""
    return _NAME.fullmatch(text) is not None


def fifths_of(name: str) -> int:
    """Place of a note name on the line of fifths: C 0, G 1, F -1, F# 6, Bb -2."""
    return _LETTERS.index(name[0]) - 1 + 7 * (name.count("#") - name[1:].count("b"))


def name_at(fifths: int) -> str:
    """The note name at a place on the line of fifths."""
    turns, letter = divmod(fifths + 1, 7)
    return _LETTERS[letter] + ("#" * turns if turns > 0 else "b" * -turns)


def plainer(name: str) -> str:
    """A name of two sharps or flats as a chart has it: Bbb is A, F## is G; others as they are."""
    return name if len(name) < 3 else name_at(fifths_of(name) + (-12 if name[1] == "#" else 12))


@lru_cache(maxsize=256)
def pitch_class(name: str) -> int:
    """Pitch class 0..11 (C is 0) of a note name."""
    return fifths_of(name) * 7 % 12


def spell_near(pc: int, lowest: int) -> str:
    """The name of pitch class `pc` among the twelve places lowest .. lowest+11 on the line of fifths."""
    return name_at(lowest + (pc * 7 - lowest) % 12)


def pitch_text(pitch: int) -> str:
    """A MIDI pitch as musicians write it: 60 is C4, 61 C#4."""
    return f"{spell_near(pitch % 12, -1)}{pitch // 12 - 1}"


def tidy(text: str) -> str:
    """`text` without outer blanks, in plain signs."""
    return plain_signs(text).strip()
