"""The grid on which onsets are compared: sixteenths and eighth triplets of every quarter note.

Human timing is put on the nearest step, counted from its bar's start; half-way goes to the earlier step.
32nds and sextuplets are not on this grid and fall to their neighbours.
"""

import numpy as np
from numpy.typing import NDArray

from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Score

Ints = NDArray[np.int64]

STEPS = (0, 24, 32, 48, 64, 72)
"""Ticks of a quarter on the grid: all are multiples of UNIT."""
UNIT = 8

_POINTS = np.array([*STEPS, PPQ], dtype=np.int64)
_NEAREST = _POINTS[np.abs(np.arange(PPQ)[:, None] - _POINTS[None, :]).argmin(axis=1)]


def note_array(score: Score) -> Ints:
    """The notes of a score as numbers [N, 4]: onset, duration, pitch, velocity."""
    rows = [(note.onset, note.duration, note.pitch, note.velocity) for note in score.notes]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def on_grid(ticks: Ints, meter: Meter) -> Ints:
    """Ticks of the song [N], each on its nearest step; late in a bar that may be the next bar's start."""
    bars, inside = np.divmod(ticks, meter.ticks_per_bar)
    quarters, rest = np.divmod(inside, PPQ)
    placed = np.minimum(quarters * PPQ + _NEAREST[rest], meter.ticks_per_bar)
    return np.asarray(bars * meter.ticks_per_bar + placed)
