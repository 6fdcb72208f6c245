"""Which chords one song keeps to, and the qualities that may last through it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from stemwright.compose.degrees import NONE, chords_in
from stemwright.compose.learned.counts import Row
from stemwright.compose.streams import Stream
from stemwright.song.harmony import QUALITIES

USUAL, RARE = 50, 300
"""Chords that are at least one in so many of their family belong to every song; those at least one in RARE to
some."""
SOME = 25
"""Percent of songs that a rarer chord belongs to."""
MAJOR_SEVENTHS = ("1", "b2", "b3", "4", "b6", "b7")
"""Degrees on which a major triad with a seventh is no dominant."""


class Palette(Collection[str]):
    """The bars of which all chords belong to a song. `row`: the chords of its family and how often they
    are.
    """

    def __init__(self, row: Row, seed: int) -> None:
        total = sum(row.values())
        self._chords = frozenset(
            chord
            for chord, count in row.items()
            if count * USUAL >= total
            or (count * RARE >= total and Stream(seed, "chart", "palette", chord).chance(SOME))
        )
        self._known: dict[str, bool] = {}

    def __contains__(self, bar: object) -> bool:
        text = str(bar)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = all(c in self._chords for c in chords_in(text) if c != NONE)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._chords))

    def __len__(self) -> int:
        return len(self._chords)


def dominant(quality: str) -> bool:
    """Whether a quality has a major third and a minor seventh."""
    return {4, 10} <= {step % 12 for step in QUALITIES[quality]}


def lasting(chord: str, quality: str, bluesy: bool) -> bool:
    """Whether a triad of a token may have a quality wherever it comes: no elevenths, suspensions on the
    dominant alone, dominant sevenths where they lead on; or, in a song that is `bluesy`, on the tonic and the
    fourth degree.
    """
    degree = chord.partition(":")[0]
    tones = {step % 12 for step in QUALITIES[quality]}
    if 17 in QUALITIES[quality]:
        return False
    if not {3, 4} & tones and quality != "5":
        return degree == "5"
    if dominant(quality):
        return bluesy if degree in ("1", "4") else degree not in MAJOR_SEVENTHS
    return not {4, 11} <= tones or degree in MAJOR_SEVENTHS
