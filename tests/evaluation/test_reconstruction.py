"""Distances between sounds: known values, invariances, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.evaluation import reconstruction as r


def noise(seed: int = 0, samples: int = 12000) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(samples)).astype(np.float32)


def test_same_sound() -> None:
    assert r.evaluate(noise(), noise()) == {
        "mel_distance": 0.0,
        "si_snr_db": 100.0,
        "log_spectral_distance_db": 0.0,
    }
    assert list(r.evaluate(noise(), noise())) == ["mel_distance", "si_snr_db", "log_spectral_distance_db"]


@settings(deadline=None, max_examples=30)
@given(st.floats(0.1, 4.0))
def test_gain(gain: float) -> None:
    """Louder noise: mel distance is the logarithm of the gain, log-spectral distance the gain in dB,
    SI-SNR blind.
    """
    x = noise().astype(np.float64)
    assert r.mel_distance(x, gain * x) == pytest.approx(abs(np.log(gain)), abs=1e-6)
    assert r.log_spectral_distance(x, gain * x) == pytest.approx(abs(20 * np.log10(gain)), abs=1e-3)
    assert r.si_snr(x, gain * x) == 100.0


def test_si_snr_of_known_noise() -> None:
    x, n = noise(1, 240000).astype(np.float64), noise(2, 240000)
    assert r.si_snr(x, x + n) == pytest.approx(0.0, abs=0.1)
    assert r.si_snr(x, x + 0.1 * n) == pytest.approx(20.0, abs=0.1)
    assert r.si_snr(x, -x) == 100.0
    assert r.si_snr(x, np.roll(x, 1)) < -20


def test_silence() -> None:
    silent = np.zeros(5000, dtype=np.float32)
    assert r.evaluate(silent, silent) == {
        "mel_distance": 0.0,
        "si_snr_db": -100.0,
        "log_spectral_distance_db": 0.0,
    }
    assert r.mel_distance(silent, noise(0, 5000)) > 5


def test_short_sound_is_filled_up() -> None:
    assert r.mel_distance(noise(0, 10), noise(0, 10)) == 0.0


def test_mel_filters_cover_everything_between_the_edges() -> None:
    for n_fft, bands in r.RESOLUTIONS:
        filters = r.mel_filters(n_fft, bands, 24000)
        assert filters.shape == (n_fft // 2 + 1, bands)
        assert filters.min() == 0.0
        assert filters.max() <= 1.0
        assert (filters.sum(1)[1:-1] > 0).all()


def test_golden() -> None:
    """Fixed figures: a change of definition must be seen."""
    t = np.arange(24000) / 24000
    a = 0.5 * np.sin(2 * np.pi * 440 * t)
    b = a + 0.05 * np.sin(2 * np.pi * 3000 * t)
    assert r.si_snr(a, b) == pytest.approx(20.0, abs=1e-6)
    assert r.mel_distance(a, b) == pytest.approx(0.471555, abs=1e-4)
    assert r.log_spectral_distance(a, b) == pytest.approx(5.63668, abs=1e-3)


def test_bad_input() -> None:
    x = noise()
    for a, b in (
        (x, x[:-1]),
        (x[:0], x[:0]),
        (x, x * np.nan),
        (x.astype(int), x.astype(int)),
        (x[None], x[None]),
    ):
        with pytest.raises(UsageError):
            r.evaluate(a, b)
