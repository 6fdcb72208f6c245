"""Windows: a few bars of a layer as plain features, for judges that learn (`logistic`).

Conventions. A window is BARS bars in a row, without overlap; those with fewer than LEAST onsets are left
out, and of a song at most MOST are kept, evenly spread. Neither loudness nor timing off the grid is told,
so that a judge cannot tell a person from a program by them; nor is tempo.

- *drums* (4/4 alone): how often each group of pieces is struck on each sixteenth of a bar, the mean of
  the window's bars; and how many strokes of a group it has. Swung eighths are made straight first, by the
  song's own swing (`swing`), so that "the and of 1" is one place whoever plays, and at every tempo.
- *lines* (bass, lead, and the top notes of chords): shares of onsets by sixteenth of the bar (of a 4/4
  bar's 16, others in proportion), of gaps and durations by length, of moves (repeated, step, skip, leap;
  up and down) and of pairs of moves, notes a bar, range, and notes that begin together.
  Notes that begin within SPREAD ticks of the first of them begin together, as in `comping`: a strum is one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.bars import BEAT, notes_of
from stemwright.evaluation.symbolic.comping import SPREAD
from stemwright.evaluation.symbolic.fills import grids
from stemwright.evaluation.symbolic.histograms import outer_line
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.evaluation.symbolic.swing import straightened
from stemwright.song.drums import DRUM_PIECES

Floats = NDArray[np.float64]

BARS = 2
LEAST = 4
MOST = 12
GROUPS = (
    ("kick",), ("snare",), ("rim",), ("clap",), ("closed_hat", "pedal_hat"), ("open_hat",),
    ("low_tom", "mid_tom", "high_tom"), ("crash",), ("ride", "bell"), ("percussion",),
)  # fmt: skip
STEPS = 16
_LENGTHS = (30, 60, 84, 120, 200, 400)
"""Edges between lengths in ticks: a sixteenth, an eighth, a dotted one, a quarter, a half, a whole, more."""
_MOVES = (-4, -2, 0, 1, 3, 5)
"""Edges between kinds of moves, in semitones: leap, skip, step down, the same, step, skip, leap up."""
_KINDS = len(_MOVES) + 1


def drum_names() -> list[str]:
    """What each feature of drums is called [features]: "kick on 1.3" is on the third sixteenth of beat 1."""
    names = [group[-1] for group in GROUPS]
    steps = [f"{name} on {step // 4 + 1}.{step % 4 + 1}" for name in names for step in range(STEPS)]
    return steps + [f"strokes of {name}" for name in names]


def line_names() -> list[str]:
    """What each feature of lines is called [features]."""
    lengths = ("16th", "8th", "dotted 8th", "quarter", "half", "whole", "longer")
    moves = ("leap down", "skip down", "step down", "same", "step up", "skip up", "leap up")
    return [
        *(f"onset on {step // 4 + 1}.{step % 4 + 1}" for step in range(STEPS)),
        *(f"gap of a {length}" for length in lengths),
        *(f"note of a {length}" for length in lengths),
        *moves,
        *(f"{one}, {other}" for one in moves for other in moves),
        "onsets a bar",
        "range",
        "notes that begin together",
    ]


def drum_windows(song: SymbolicSong) -> Floats:
    """Windows of the drums [windows, features]; none for meters other than 4/4."""
    if str(song.state.meter) != "4/4" or not len(notes_of(song, "drums")):
        return np.zeros((0, len(GROUPS) * (STEPS + 1)))
    struck = grids(straightened(song)) > 0
    groups = np.stack(
        [struck[:, [DRUM_PIECES.index(piece) for piece in group]].any(axis=1) for group in GROUPS], axis=1
    )
    whole = len(groups) // BARS * BARS
    pairs = groups[:whole].reshape(-1, BARS, len(GROUPS), STEPS).astype(np.float64)
    kept = spread(np.flatnonzero(pairs.sum(axis=(1, 2, 3)) >= LEAST))
    steps, counts = pairs[kept].mean(axis=1), pairs[kept].sum(axis=(1, 3)) / BARS
    return np.concatenate([steps.reshape(len(kept), len(GROUPS) * STEPS), counts], axis=1)


def line_windows(song: SymbolicSong, kind: str) -> Floats:
    """Windows of a kind of pitched layers [windows, features]."""
    notes, width = notes_of(song, kind), BARS * song.state.meter.ticks_per_bar
    which = (notes[:, 0] - BEAT[0]) // width
    numbers, counts = np.unique(which, return_counts=True)
    kept = numbers[spread(np.flatnonzero(counts >= LEAST))]
    lowest = kind == "bass"
    rows = [_line(notes[which == number], song.state.meter.ticks_per_bar, lowest) for number in kept]
    return np.array(rows).reshape(len(rows), len(line_names()))


def spread(places: Ints) -> Ints:
    """At most MOST of some places [N], evenly spread, the first among them."""
    if len(places) <= MOST:
        return places
    return np.asarray(places[np.arange(MOST) * len(places) // MOST])


def _line(notes: Ints, per_bar: int, lowest: bool) -> Floats:
    """The features of one window's notes [N, 4]."""
    begun = _together(notes[:, 0])
    onsets = np.unique(begun)
    pitches = outer_line(begun, notes[:, 2], lowest)
    steps = (onsets % per_bar * STEPS + per_bar // 2) // per_bar % STEPS
    kinds = np.searchsorted(_MOVES, np.diff(pitches), side="right")
    pairs = kinds[:-1] * _KINDS + kinds[1:]
    return np.concatenate(
        [
            _shares(steps, STEPS),
            _shares(np.searchsorted(_LENGTHS, np.diff(onsets)), len(_LENGTHS) + 1),
            _shares(np.searchsorted(_LENGTHS, notes[:, 1]), len(_LENGTHS) + 1),
            _shares(kinds, _KINDS),
            _shares(pairs, _KINDS**2),
            [len(onsets) / BARS, float(np.ptp(pitches)), len(notes) / len(onsets)],
        ]
    )


def _together(onsets: Ints) -> Ints:
    """The ticks at which notes begin [N], ascending, those of a strummed chord at its first one's."""
    found, first = onsets.copy(), None
    for place, onset in enumerate(onsets.tolist()):
        first = onset if first is None or onset > first + SPREAD else first
        found[place] = first
    return found


def _shares(values: NDArray[np.intp] | Ints, size: int) -> Floats:
    return np.asarray(np.bincount(values, minlength=size) / max(1, len(values)))
