"""Level and brightness beside a reference."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.evaluation.colour import MOST_OCTAVES, RANGE_DB, evaluate

RATE = 24_000


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.2 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def test_a_sound_has_its_own_colour() -> None:
    assert evaluate(tone(440), tone(440)) == {"level_error_db": 0.0, "brightness_error_octaves": 0.0}


def test_half_as_loud_and_as_bright() -> None:
    found = evaluate(tone(440), 0.5 * tone(440))
    assert found["level_error_db"] == pytest.approx(6.02, abs=0.01)
    assert found["brightness_error_octaves"] == pytest.approx(0.0, abs=1e-6)


def test_an_octave_up() -> None:
    found = evaluate(tone(1000), tone(2000))
    assert found["brightness_error_octaves"] == pytest.approx(1.0, abs=0.1)
    assert found["level_error_db"] == pytest.approx(0.0, abs=0.05)


def test_errors_have_a_most() -> None:
    silent = np.zeros(RATE, np.float32)
    assert evaluate(tone(440), silent) == {"level_error_db": RANGE_DB, "brightness_error_octaves": None}
    far = evaluate(tone(100), tone(11_000))["brightness_error_octaves"]
    assert far is not None and far <= MOST_OCTAVES


def test_rests_are_not_judged() -> None:
    first, second = tone(440, 0.5), np.zeros(RATE // 2, np.float32)
    noise = 1e-4 * np.random.default_rng(0).standard_normal(RATE // 2).astype(np.float32)
    found = evaluate(np.concatenate([first, second]), np.concatenate([first, noise]))
    assert found["level_error_db"] == pytest.approx(0.0, abs=0.1)


def test_silence_has_no_colour() -> None:
    silent = np.zeros(RATE, np.float32)
    assert evaluate(silent, tone(440)) == {"level_error_db": None, "brightness_error_octaves": None}
    with pytest.raises(UsageError):
        evaluate(silent, silent[:-1])
