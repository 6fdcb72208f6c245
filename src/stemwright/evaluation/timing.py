"""From a score's ticks to seconds, the way stems are rendered (`Timebase.tick_sample`)."""

import numpy as np
from numpy.typing import NDArray

from stemwright.song.score import Score
from stemwright.song.timebase import SAMPLE_RATE, Timebase

Seconds = NDArray[np.float64]


def onset_times(score: Score, timebase: Timebase) -> Seconds:
    """When notes begin, in seconds, each instant once, ascending [N]."""
    ticks = sorted({note.onset for note in score.notes})
    return np.array([timebase.tick_sample(tick) for tick in ticks], dtype=np.float64) / SAMPLE_RATE


def note_spans(score: Score, timebase: Timebase) -> Seconds:
    """Begin and release of every note, in seconds [N, 2]."""
    spans = [
        (timebase.tick_sample(note.onset), timebase.tick_sample(note.onset + note.duration))
        for note in score.notes
    ]
    return np.array(spans, dtype=np.float64).reshape(-1, 2) / SAMPLE_RATE
