"""Measures of wide sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.evaluation import stereo

RATE = 48_000


def noise(seed: int = 0, seconds: float = 0.5) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2)).astype(np.float32)


def low_passed(sound: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(sound, axis=0)
    spectrum[len(spectrum) // 2 :] = 0
    return np.fft.irfft(spectrum, len(sound), axis=0).astype(np.float32)


def test_the_same_sound_is_perfect() -> None:
    found = stereo.evaluate(noise(), noise())
    assert list(found) == ["mel", "mel_high", "si_snr_mid", "correlation_error", "width_error_db"]
    assert found["mel"] == found["mel_high"] == found["correlation_error"] == found["width_error_db"] == 0
    assert found["si_snr_mid"] > 60


def test_what_lacks_the_upper_half_is_far_off_there_alone() -> None:
    whole, high = stereo.mel_distances(noise(), low_passed(noise()))
    assert high > 3.0 and whole < 0.35 * high


def test_sides() -> None:
    sound = noise()
    mono = np.repeat(sound.mean(axis=1, keepdims=True), 2, axis=1)
    assert stereo.correlation(mono) == pytest.approx(1.0) and stereo.width(mono) == -40.0
    assert abs(stereo.correlation(sound)) < 0.05 and stereo.width(sound) == pytest.approx(0.0, abs=0.3)
    turned = sound * np.array([1, -1], np.float32)
    assert stereo.width(turned) == pytest.approx(-stereo.width(sound), abs=1e-6)
    found = stereo.evaluate(sound, mono)
    assert found["correlation_error"] == pytest.approx(1.0, abs=0.05)
    assert found["width_error_db"] == pytest.approx(40.0, abs=0.5) and found["si_snr_mid"] > 60
    silence = np.zeros_like(sound)
    assert stereo.width(silence) == -40.0 and stereo.correlation(silence) == 1.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.floats(0.0, 1.0), st.integers(1, 6000))
def test_all_is_finite_and_sides_may_be_swapped(seed: int, blend: float, length: int) -> None:
    a = noise(seed)[:length]
    b = (blend * a + (1 - blend) * noise(seed + 1)[:length]).astype(np.float32)
    found = stereo.evaluate(a, b)
    assert all(np.isfinite(value) for value in found.values())
    assert found == pytest.approx(stereo.evaluate(a[:, ::-1], b[:, ::-1]), rel=1e-4, abs=1e-5)


BAD = (np.zeros(9), np.zeros((9, 1)), np.zeros((9, 2), "i2"), np.full((9, 2), np.nan), np.zeros((8, 2)))


@pytest.mark.parametrize("bad", BAD)
def test_bad_input(bad: np.ndarray) -> None:
    with pytest.raises(UsageError, match="estimate"):
        stereo.evaluate(np.zeros((9, 2)), bad)


def test_side_over_middle_has_no_narrowest() -> None:
    sound = noise()
    middle, side = stereo.middle_and_side(sound)
    for gain in (1.0, 0.1, 0.001):
        made = np.stack([middle + gain * side, middle - gain * side], axis=1)
        expected = stereo.side_over_middle_db(sound) + 20 * np.log10(gain)
        assert stereo.side_over_middle_db(made) == pytest.approx(expected, abs=0.1)
    assert stereo.side_over_middle_db(np.zeros_like(sound)) == -120.0
