"""Twelve bars: does a blues go where a blues goes?

Conventions. Sections of twelve bars (or 24) alone. A chorus is *twelve bars* where its first bar begins
on the tonic's chord, its fifth on the fourth degree's, its seventh on the tonic's, and its ninth on the
fifth's or, as in jazz, the second's, or, as in minor, on the minor sixth's. Majors, minors and sevenths
are not told apart.
"""

from __future__ import annotations

from collections import OrderedDict

from stemwright.evaluation.symbolic.sections import spans
from stemwright.evaluation.symbolic.song import SymbolicSong

CHORUS = 12
DEGREES: dict[int, tuple[int, ...]] = {0: (0,), 4: (5,), 6: (0,), 8: (7, 2, 8)}
"""Bar of the chorus (from 0): semitones above the tonic on which its first chord may stand."""


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has chords and a section of twelve bars."""
    if not song.state.chords or not choruses(song):
        raise ValueError(f"{song.name}: has no section of twelve bars with chords")


def choruses(song: SymbolicSong) -> list[int]:
    """The first bars (from 0) of all choruses of twelve bars."""
    return [
        first + at
        for first, bars, _ in spans(song.state)
        if bars % CHORUS == 0
        for at in range(0, bars, CHORUS)
    ]


def astray(song: SymbolicSong, first: int) -> list[int]:
    """The bars (from 0) of the chorus that begins with a bar whose chords are not those of a blues."""
    state = song.state
    found = []
    for bar, allowed in DEGREES.items():
        chord = state.chord_at_tick((first + bar) * state.meter.ticks_per_bar)
        if chord is None or (chord.root_pc - state.key.tonic_pc) % 12 not in allowed:
            found.append(first + bar)
    return found


def evaluate(song: SymbolicSong) -> OrderedDict[str, float | None]:
    """twelve_bars: the share of choruses that are a blues."""
    validate(song)
    found = [not astray(song, first) for first in choruses(song)]
    return OrderedDict(twelve_bars=sum(found) / len(found))
