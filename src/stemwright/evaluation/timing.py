"""From a score's ticks to seconds, the way stems are rendered (`Timebase.tick_sample`)."""

import numpy as np
from numpy.typing import NDArray

from stemwright.song.score import Score
from stemwright.song.state import GlobalState
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


def chord_spans(state: GlobalState) -> tuple[Seconds, list[tuple[int, ...]]]:
    """When each chord begins and ends, in seconds [N, 2], and its pitch classes, a foreign bass among them.

    Beats of one chord are one span; where no chord sounds is no span.
    """
    spans, classes = [], []
    first = 0
    for beat in range(1, len(state.chords) + 1):
        if beat < len(state.chords) and state.chords[beat] == state.chords[first]:
            continue
        chord = state.chords[first]
        if chord is not None:
            ends = (state.lines.beat_tick(first), state.lines.beat_tick(beat))
            spans.append([state.timebase.tick_sample(tick) for tick in ends])
            classes.append(tuple(sorted({*chord.pitch_classes, chord.bass_pc})))
        first = beat
    return np.array(spans, dtype=np.float64).reshape(-1, 2) / SAMPLE_RATE, classes


def beat_times(timebase: Timebase, bars: int) -> Seconds:
    """Every beat (1/d note) of the first `bars` bars, in seconds, and the end of the last [beats + 1]."""
    lines = timebase.lines
    ticks = [lines.beat_tick(beat) for beat in range(lines.beat(bars) + 1)]
    return np.array([timebase.tick_sample(tick) for tick in ticks], dtype=np.float64) / SAMPLE_RATE


def bar_times(timebase: Timebase, bars: int) -> Seconds:
    """Every bar line of the first `bars` bars, in seconds, the end of the last among them [bars + 1]."""
    lines = [timebase.bar_sample(bar) for bar in range(bars + 1)]
    return np.array(lines, dtype=np.float64) / SAMPLE_RATE
