"""The table "forms": which sections songs have, how long they are, and how it is asked.

Subjects:

- *order*: the sections of a song, "intro verse chorus outro", by family of genres.
- *bars*: how long a section is, by genre, name and tempo; where it comes several times in a row its name
  has a "+".
- *again*: how long it is when it comes again, beside the first time: "1", "2" twice, "1/2" half of it; the
  last one of a song has ".last" after its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

NAME = "forms"
SUBJECTS = ("order", "bars", "again")
SAME, TWICE, HALF = "1", "2", "1/2"
SLOW, FAST = 90, 130
"""BPM below and above which songs count as slow and fast."""


def order_contexts(genre: str) -> list[str]:
    """Where *order* is asked."""
    return [genre, ""]


def in_rows(names: Sequence[str]) -> frozenset[str]:
    """The names that come several times in a row."""
    return frozenset(one for one, other in pairwise(names) if one == other)


def bars_contexts(genre: str, name: str, row: bool, bpm: int) -> list[str]:
    """Where *bars* is asked; `row`: whether it comes several times in a row; `bpm`: 0 where nobody knows."""
    word = name + "+" * row
    tempo = "" if not bpm else "slow" if bpm < SLOW else "fast" if bpm > FAST else "middle"
    return [*([f"{genre}|{word}|{tempo}"] if tempo else []), f"{genre}|{word}", word, name, ""]


def again_contexts(genre: str, name: str, last: bool) -> list[str]:
    """Where *again* is asked; `last`: whether it is the last one of its name."""
    word = name + ".last" * last
    return [f"{genre}|{word}", word, ""]


def even(bars: int) -> int:
    """The length that loops of four bars fill, near to one that was counted: a bar off, or with a tag of two
    bars.
    """
    if bars <= 8:
        return bars if bars % 2 == 0 or bars < 3 else (bars + 2) // 4 * 4
    return (bars + 1) // 4 * 4
