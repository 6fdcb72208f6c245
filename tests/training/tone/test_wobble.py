"""Vibrato is found where there is some, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.codec.tone.vibrato import CENT
from stemwright.training.tone.wobble import HELD, RATE, deviation, fitted, vibrato_of

TIME = np.arange(round(HELD * RATE)) / RATE


def tone(pitch: int, depth: float, rate: float, turn: float) -> np.ndarray:
    f0 = 440 * 2 ** ((pitch - 69) / 12)
    factor = 1 + CENT * depth * np.sin(2 * np.pi * (rate * TIME + turn))
    phase = 2 * np.pi * f0 * np.cumsum(factor) / RATE
    return sum(np.sin(h * phase) / h for h in range(1, 6)) * 0.1


def partials(pitch: int) -> np.ndarray:
    return 440 * 2 ** ((pitch - 69) / 12) * np.arange(1.0, 6.0)


@pytest.mark.parametrize(("depth", "rate", "turn"), [(8.0, 4.3, 0.1), (20.0, 6.0, 0.75), (3.0, 5.5, 0.5)])
def test_it_is_measured(depth: float, rate: float, turn: float) -> None:
    found = fitted(deviation(tone(69, depth, rate, turn), partials(69)))
    assert found[0] == pytest.approx(depth, rel=0.15)  # the window of 40 ms takes a little of it
    assert found[1] == pytest.approx(rate, abs=0.11)
    assert abs((found[2] - turn + 0.5) % 1.0 - 0.5) < 0.12


def test_straight_and_wild_notes_have_none() -> None:
    assert fitted(deviation(tone(69, 0.0, 5.0, 0.0), partials(69))) == (0.0, 0.0, 0.0)
    rng = np.random.default_rng(0)
    assert fitted(rng.standard_normal(380) * 5) == (0.0, 0.0, 0.0)
    straight = vibrato_of(lambda pitch, seconds: tone(pitch, 0.0, 5.0, 0.0), partials, range(60, 72))
    assert straight is None


def test_every_pitch_of_a_timbre() -> None:
    made = vibrato_of(lambda pitch, seconds: tone(pitch, 10.0, 5.0, 0.2), partials, range(60, 66))
    assert made is not None and made.pitch == tuple(float(p) for p in range(60, 66))
    assert all(depth == pytest.approx(10.0, rel=0.15) for depth in made.depth)
