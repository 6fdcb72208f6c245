"""Fills and crashes: does a drummer tell that a section ends, and where one begins?

Conventions. A section's *usual* bar is the strokes (by piece and sixteenth) that at least half of its
other bars have. In the last HALF of the section's last bar, where a fill stands, a fill is any of

- *toms*: MORE tom strokes or more that the usual bar does not have;
- *run*: MORE snare, rim or clap strokes or more that it does not have, ghost notes not counted;
- *break*: at most BROKEN of the usual strokes remain, where there are at least 4.

A change of section without drums in the bars before it is not counted, nor are sections of a single bar.
A *crash* should stand on the first beat of a section or of the song's last bar; *crashes*: how many there
are a bar. Control: Groove MIDI, whose every eight bars are taken for a section.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.bars import (
    BEAT,
    GHOST,
    Bools,
    notes_of,
    pieces_of_pitches,
    share,
    strokes,
)
from stemwright.evaluation.symbolic.drums import SNARES
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.sections import spans
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import DRUM_PIECES

TOMS = ("low_tom", "mid_tom", "high_tom")
STEP = 24
MORE = 2
BROKEN = 0.34
LEAST_USUAL = 4


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has drums."""
    if not len(notes_of(song, "drums")):
        raise ValueError(f"{song.name}: has no drums")


def grids(song: SymbolicSong) -> Ints:
    """How loud each piece is struck on each sixteenth of each bar [bars, pieces, steps], 0: not at all."""
    notes, meter = notes_of(song, "drums"), song.state.meter
    made = np.zeros((song.state.bars, len(DRUM_PIECES), meter.steps_per_bar), dtype=np.int64)
    steps = (notes[:, 0] + STEP // 2) // STEP
    inside = steps < song.state.bars * meter.steps_per_bar
    bars, places = np.divmod(steps[inside], meter.steps_per_bar)
    pieces = pieces_of_pitches()[notes[inside, 2]]
    np.maximum.at(made, (bars, pieces, places), notes[inside, 3])
    return made


def is_fill(bar: Ints, usual: Bools) -> bool:
    """Whether a bar [pieces, steps] (how loud) is a fill beside the usual one [pieces, steps]."""
    half = slice(bar.shape[1] // 2, None)
    now, before = bar[:, half], usual[:, half]
    toms = _count((now >= 1) & ~before, TOMS)
    snares = _count((now >= GHOST) & ~before, SNARES)
    had = int(before.sum())
    broken = had >= LEAST_USUAL and int((now >= 1).sum()) <= BROKEN * had
    return toms >= MORE or snares >= MORE or broken


def changes(song: SymbolicSong) -> OrderedDict[int, bool]:
    """The last bar (from 0) before each change of section, and whether it is a fill."""
    validate(song)
    have, parts = grids(song), spans(song.state)
    found: OrderedDict[int, bool] = OrderedDict()
    for first, bars, _ in parts[:-1]:
        last = first + bars - 1
        if bars < 2 or not have[first : last + 1].any():
            continue
        usual = (have[first:last] >= 1).mean(axis=0) >= 0.5
        found[last] = is_fill(have[last], usual)
    return found


def misplaced(song: SymbolicSong) -> Ints:
    """The ticks of crashes that stand neither at a section's beginning nor in the song's last bar [N]."""
    validate(song)
    crashes, per_bar = strokes(song, ("crash",)), song.state.meter.ticks_per_bar
    starts = np.array([*(first for first, _, _ in spans(song.state)), song.state.bars - 1]) * per_bar
    nearest = np.abs(crashes[:, None] - starts[None, :]).min(axis=1, initial=10**9)
    return np.asarray(crashes[nearest > BEAT[1]])


def evaluate(song: SymbolicSong) -> OrderedDict[str, float | None]:
    """fill_before (share of changes), crash_at_beginnings (share of crashes), crashes (a bar)."""
    found = np.array([*changes(song).values()], dtype=bool)
    crashes = len(strokes(song, ("crash",)))
    return OrderedDict(
        fill_before=share(found),
        crash_at_beginnings=1.0 - len(misplaced(song)) / crashes if crashes else None,
        crashes=crashes / song.state.bars,
    )


def _count(struck: Bools, pieces: tuple[str, ...]) -> int:
    return int(struck[[DRUM_PIECES.index(piece) for piece in pieces]].sum())
