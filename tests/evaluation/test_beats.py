import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import beats

RATE = 24000
GRID = np.arange(0.25, 20, 0.5)


def clicks(times, seconds: float, accents=(1.0,)) -> np.ndarray:
    rng = np.random.default_rng(0)
    audio = np.zeros(round(seconds * RATE))
    for i, time in enumerate(times):
        start = round(time * RATE)
        burst = rng.standard_normal(1200) * np.exp(-np.arange(1200) / 240) * 0.3 * accents[i % len(accents)]
        piece = audio[start : start + 1200]
        piece += burst[: len(piece)]
    return audio


@pytest.mark.parametrize("bpm", [90, 107.3, 120, 140])
def test_a_click_track_is_followed(bpm):
    grid = np.arange(0.3, 15, 60 / bpm)
    result = beats.evaluate(clicks(grid, 15.5), grid)
    assert result["f"] > 0.95 and result["cml_t"] > 0.95 and result["bpm"] == pytest.approx(bpm, rel=0.02)
    assert list(result) == ["f", "cml_t", "beats", "bpm"]


def test_eighths_between_beats_do_not_lead_astray():
    eighths = np.arange(0.3, 15, 0.25)
    result = beats.evaluate(clicks(eighths, 15.5, (1.0, 0.4)), eighths[::2])
    assert result["f"] > 0.95 and result["bpm"] == pytest.approx(120, rel=0.02)


def test_silence_and_short_sounds_have_no_beats():
    for audio in (np.zeros(5 * RATE), np.zeros(0), clicks([0.2, 0.7], 1.5)):
        assert len(beats.track_beats(audio)) == 0
    assert beats.tempo(np.zeros(5 * RATE)) is None
    assert beats.evaluate(np.zeros(5 * RATE), GRID)["f"] == 0.0
    steady = np.sin(2 * np.pi * 220 * np.arange(5 * RATE) / RATE)
    assert np.isfinite(beats.track_beats(steady)).all()


def jittered(deviation: float, seed: int) -> np.ndarray:
    return np.sort(np.abs(GRID + np.random.default_rng(seed).normal(0, deviation, len(GRID))))


@pytest.mark.parametrize(
    ("estimated", "f", "total"),
    [
        (GRID, 1.0, 1.0),
        (GRID + 0.06, 1.0, 1.0),
        (GRID + 0.08, 0.0, 1.0),
        (GRID[::2], 0.666667, 0.0),
        (GRID[:20], 0.666667, 0.5),
        (jittered(0.02, 1), 1.0, 1.0),
        (jittered(0.05, 2), 0.85, 0.825),
        (jittered(0.1, 3), 0.6, 0.425),
        (np.delete(GRID, [5, 6, 20]), 0.961039, 0.875),
    ],
)
def test_the_same_figures_as_mir_eval(estimated, f, total):
    """f_measure and CMLt of mir_eval 0.8.2 for the same beats."""
    assert beats.f_measure(GRID, estimated) == pytest.approx(f, abs=1e-6)
    assert beats.cml_t(GRID, estimated) == pytest.approx(total, abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2000), max_size=30, unique=True), st.integers(-300, 300))
def test_shares_stay_shares_and_moving_both_changes_nothing(times, shift):
    found = np.sort(np.array(times, dtype=float)) / 100 + 4
    first = beats.f_measure(GRID + 4, found), beats.cml_t(GRID + 4, found)
    assert all(0 <= value <= 1 for value in first)
    moved = shift / 100
    assert first == (
        beats.f_measure(GRID + 4 + moved, found + moved),
        beats.cml_t(GRID + 4 + moved, found + moved),
    )


def test_too_few_beats():
    assert beats.cml_t(GRID, [1.0]) == 0.0 and beats.cml_t([1.0], GRID) == 0.0
    assert beats.f_measure([], []) == 1.0 and beats.f_measure(GRID, []) == 0.0


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="onsets"):
        beats.cml_t([2.0, 1.0], GRID)
    with pytest.raises(ValueError, match="mono"):
        beats.track_beats(np.zeros((10, 2)))
