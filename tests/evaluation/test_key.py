from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import key, timing
from stemwright.song.meter import Meter
from stemwright.song.timebase import Timebase

RATE = 24000


def tune(tonic: int, steps, bars: int) -> np.ndarray:
    """One tone a beat of half a second over a drone of tonic and fifth, four a bar."""
    at = np.arange(RATE // 2) / RATE
    shape = np.minimum(at / 0.01, 1) * np.exp(-2 * at)

    def sine(number: float) -> np.ndarray:
        return np.sin(2 * np.pi * 440 * 2 ** ((number - 69) / 12) * at)

    parts = []
    for beat in range(4 * bars):
        drone = 0.4 * (sine(48 + tonic) + sine(55 + tonic))
        parts.append(0.1 * shape * (drone + sine(60 + tonic + steps[beat % len(steps)])))
    return np.concatenate(parts)


MAJOR_TUNE = (0, 2, 4, 5, 7, 4, 0, 4, 9, 7, 4, 2, 0, 4, 7, 0)
MINOR_TUNE = (0, 2, 3, 5, 7, 3, 0, 3, 8, 7, 3, 2, 0, 3, 7, 0)


@pytest.mark.parametrize(("tonic", "minor"), [(0, False), (6, True), (9, False), (3, True)])
def test_a_plain_tune_is_in_its_key(tonic, minor):
    audio = tune(tonic, MINOR_TUNE if minor else MAJOR_TUNE, 16)
    result = key.evaluate(audio, np.arange(17) * 2.0, tonic, minor)
    assert dict(result) == {"stability": 1.0, "exact": 1.0, "windows": 2}


def test_a_song_that_leaves_its_key():
    audio = np.concatenate([tune(0, MAJOR_TUNE, 8), tune(6, MAJOR_TUNE, 8)])
    assert key.evaluate(audio, np.arange(17) * 2.0, 0, False)["stability"] == 0.5
    assert key.evaluate(audio, np.arange(17) * 2.0, 9, True)["stability"] == pytest.approx(0.15)


@settings(deadline=None)
@given(st.integers(0, 11), st.booleans(), st.integers(0, 11), st.booleans(), st.integers(0, 11))
def test_the_score_depends_on_the_distance_only(tonic, minor, heard, heard_minor, shift):
    score = key.weighted_score(tonic, minor, (heard, heard_minor))
    moved = key.weighted_score((tonic + shift) % 12, minor, ((heard + shift) % 12, heard_minor))
    assert score == moved and score in (0.0, 0.2, 0.3, 0.5, 1.0)


@pytest.mark.parametrize(
    ("reference", "heard", "score"),
    [
        ((0, False), (0, False), 1.0),
        ((0, False), (7, False), 0.5),
        ((0, False), (5, False), 0.0),
        ((0, False), (9, True), 0.3),
        ((9, True), (0, False), 0.3),
        ((0, False), (0, True), 0.2),
        ((0, False), (4, True), 0.0),
        ((2, True), (9, True), 0.5),
    ],
)
def test_the_same_figures_as_mir_eval(reference, heard, score):
    """key.weighted_score of mir_eval 0.8.2, for example of "C major" and "A minor"."""
    assert key.weighted_score(*reference, heard) == score


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=12, max_size=12), st.integers(0, 11))
def test_transposed_weights_have_a_transposed_key(weights, steps):
    have = np.array(weights) + np.linspace(0, 1e-3, 12)
    first, second = key.heard_key(have), key.heard_key(np.roll(have, steps))
    assert first is not None and second is not None
    fits = {
        (tonic, minor): np.corrcoef(have, np.roll(key.MINOR if minor else key.MAJOR, tonic))[0, 1]
        for tonic in range(12)
        for minor in (False, True)
    }
    back = ((second[0] - steps) % 12, second[1])
    assert fits[back] == pytest.approx(fits[first], abs=1e-9)  # the same key, or one that fits as well


def test_windows_cover_every_bar_once():
    assert key.windows(32) == [(0, 8), (8, 16), (16, 24), (24, 32)]
    assert (
        key.windows(11) == [(0, 11)] and key.windows(12) == [(0, 8), (8, 12)] and key.windows(3) == [(0, 3)]
    )


def test_silence_does_not_count():
    result = key.evaluate(np.zeros(8 * RATE), np.arange(5) * 2.0, 0, False)
    assert result["stability"] is None and result["windows"] == 0
    assert key.heard_key(np.ones(12)) is None and key.weighted_score(0, False, None) == 0.0


def test_bar_lines_of_a_song_in_seconds():
    timebase = Timebase(Fraction("97.3"), Meter(7, 8))
    lines = timing.bar_times(timebase, 4)
    assert lines.tolist() == [timebase.bar_sample(bar) / RATE for bar in range(5)]


def test_bad_input_is_refused():
    for bars, tonic in (([0.0], 0), ([1.0, 0.5], 0), ([0.0, np.nan], 0), ([0.0, 1.0], 12)):
        with pytest.raises(ValueError, match="should be"):
            key.evaluate(np.zeros(RATE), bars, tonic, False)
