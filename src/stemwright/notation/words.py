"""Syllables under written notes."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.notation.grid import Gridded
from stemwright.notation.sheet import Syllable


def words_of(syllables: Sequence[Syllable], grid: Gridded) -> dict[int, tuple[str, str]]:
    """Tick of a written note -> the syllable under it and "single", "begin", "middle" or "end". Of several at
    one note the first counts; those without a note are left out.
    """
    out: dict[int, tuple[str, str]] = {}
    before = False
    for syllable in syllables:
        kind = ("middle" if before else "begin") if syllable.hyphen else ("end" if before else "single")
        before = syllable.hyphen
        tick = grid.moved.get(syllable.tick)
        if tick is not None:
            out.setdefault(tick, (syllable.text, kind))
    return out
