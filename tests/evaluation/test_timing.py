"""Beats, bars and chords in seconds, where tempo and meter change."""

import numpy as np

from stemwright.evaluation.timing import bar_times, beat_times, chord_spans
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState

STATE = GlobalState.create("120, 2: 60, 3: 240", meter="4/4, 2: 3/4, 3: 4/8", form="a:3")


def test_beats_and_bars_are_those_of_their_bar() -> None:
    beats = [0, 0.5, 1, 1.5, 2, 3, 4, 5, 5.125, 5.25, 5.375, 5.5]
    assert np.allclose(beat_times(STATE.timebase, 3), beats, atol=0.007)  # half a frame
    assert np.allclose(bar_times(STATE.timebase, 3), [0, 2, 5, 5.5], atol=0.007)


def test_chords_last_as_long_as_their_beats() -> None:
    spans, classes = chord_spans(STATE.with_(chords=parse_progression("C | C G | N.C. F", STATE)))
    assert np.allclose(spans, [[0, 4], [4, 5], [5.25, 5.5]], atol=0.007)
    assert classes == [(0, 4, 7), (2, 7, 11), (0, 5, 9)]
