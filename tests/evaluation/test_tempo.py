"""Tempo of clicks, patterns and noise; the octave is that of the tempo expected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from stemwright.evaluation.tempo import heard_tempo

RATE = 24000


def clicks(bpm: float, seconds: float = 20.0, swing: float = 0.0) -> npt.NDArray[np.float64]:
    """A burst of noise on each beat, a softer one between."""
    rng = np.random.default_rng(3)
    out = rng.normal(0, 1e-4, int(seconds * RATE))
    burst = rng.normal(0, 1, 1200) * np.exp(-np.arange(1200) / 200)
    beat = 60 / bpm
    for index in range(int(seconds / beat)):
        for offset, level in ((0.0, 0.5), (beat * (0.5 + swing), 0.2)):
            at = round((index * beat + offset) * RATE)
            part = out[at : at + 1200]
            part += level * burst[: len(part)]
    return out


@pytest.mark.parametrize("bpm", [62.5, 80.0, 97.3, 118.0, 126.4, 150.0, 174.0])
def test_clicks_have_their_tempo(bpm: float) -> None:
    assert heard_tempo(clicks(bpm), bpm * 1.1) == pytest.approx(bpm, rel=5e-4)


def test_the_octave_is_the_one_expected() -> None:
    audio = clicks(70.0)
    assert heard_tempo(audio, 132.0) == pytest.approx(140.0, rel=5e-4)
    assert heard_tempo(audio, 66.0) == pytest.approx(70.0, rel=5e-4)


def test_swing_keeps_the_beat() -> None:
    assert heard_tempo(clicks(110.0, swing=1 / 6), 100.0) == pytest.approx(110.0, rel=1e-3)


def test_no_beat_in_silence_noise_tones_and_little_sound() -> None:
    rng = np.random.default_rng(0)
    tone = np.sin(np.arange(20 * RATE) / 30)
    for audio in (np.zeros(RATE * 20), np.zeros(0), clicks(100.0, 2.0), rng.normal(0, 0.1, RATE * 20), tone):
        assert heard_tempo(audio) is None
