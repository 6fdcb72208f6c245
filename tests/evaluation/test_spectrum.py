"""Lines at the frame rate, roll-off, notches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import spectrum


def noise(rate: int = 24000, seconds: float = 8.0, seed: int = 0) -> np.ndarray:
    return 0.05 * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def without(audio: np.ndarray, low: float, high: float, rate: int) -> np.ndarray:
    bins = np.fft.rfftfreq(len(audio), 1 / rate)
    made = np.fft.rfft(audio)
    made[(bins > low) & (bins < high)] *= 1e-4
    return np.fft.irfft(made, len(audio))


def lines(apart: int, rate: int, seconds: int = 8) -> np.ndarray:
    """Cosines of amplitude 1 at multiples of a frequency from 3 to 11 kHz."""
    size = seconds * rate
    spectrum = np.zeros(size // 2 + 1)
    spectrum[np.arange(3000 // apart, 11000 // apart + 1) * apart * seconds] = size / 2
    return np.fft.irfft(spectrum, size)


def test_noise_has_neither_comb_nor_notch() -> None:
    for rate in (24000, 44100, 48000):
        found = spectrum.evaluate(noise(rate), rate)
        assert abs(found["comb_db"]) < 3 and found["notch_db"] < 5
        assert found["rolloff_hz"] == pytest.approx(0.95 * rate / 2, rel=0.01)


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([24000, 48000]), st.floats(0.002, 0.02))
def test_lines_at_the_frame_rate_are_found(rate: int, level: float) -> None:
    base = spectrum.evaluate(noise(rate), rate)["comb_db"]
    assert spectrum.evaluate(noise(rate) + level * lines(75, rate), rate)["comb_db"] > base + 3
    assert spectrum.evaluate(noise(rate) + level * lines(91, rate), rate)["comb_db"] < base + 1


def test_roll_off_of_tones() -> None:
    t = np.arange(96000) / 24000
    low, high = (np.sin(2 * np.pi * f * t) for f in (500, 5000))
    assert spectrum.evaluate(low)["rolloff_hz"] == pytest.approx(500, abs=4)
    assert spectrum.evaluate(low + high)["rolloff_hz"] == pytest.approx(5000, abs=4)
    assert spectrum.evaluate(low + 0.1 * high)["rolloff_hz"] == pytest.approx(500, abs=4)


def test_a_notch_is_found_and_a_lack_of_treble_is_none() -> None:
    rate = 48000
    holed = without(noise(rate), 11790, 11910, rate)
    assert spectrum.evaluate(holed, rate)["notch_db"] > 25
    dull = without(noise(rate), 12000, 24000, rate)
    assert spectrum.evaluate(dull, rate)["notch_db"] < 8


def test_silence_low_rates_and_bad_input() -> None:
    nothing = {"comb_db": None, "rolloff_hz": None, "notch_db": None}
    assert spectrum.evaluate(np.zeros(24000)) == nothing == spectrum.evaluate(np.zeros(0))
    low = spectrum.evaluate(noise(4800), 4800)
    assert low["comb_db"] is None and low["rolloff_hz"] > 0
    for bad in (np.zeros((9, 2)), np.array([np.nan])):
        with pytest.raises(ValueError, match="mono and finite"):
            spectrum.evaluate(bad)
