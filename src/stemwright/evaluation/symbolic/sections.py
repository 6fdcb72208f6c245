"""Sections that return: which bars of a song are of the same material, by the names of their sections.

"verse1", "Verse_2" and "verse" are of one material. Sections of different lengths are compared from their
begins on, as far as the shorter one goes.
"""

from collections.abc import Iterator
from itertools import combinations

from stemwright.song.state import GlobalState


def section_pairs(state: GlobalState) -> Iterator[tuple[int, int, int, bool]]:
    """Of every two sections: their first bars (from 0), how many bars they share, whether their material."""
    for (first, a, name), (second, b, other) in combinations(spans(state), 2):
        yield first, second, min(a, b), name == other


def spans(state: GlobalState) -> list[tuple[int, int, str]]:
    """(first bar from 0, bars, name without numbers) of every section."""
    found, at = [], 0
    for section in state.sections:
        name = section.name.lower()
        found.append((at, section.bars, name.rstrip("0123456789").rstrip("_-") or name))
        at += section.bars
    return found
