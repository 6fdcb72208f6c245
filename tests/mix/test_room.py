"""The mix's room: as long as it says, wide, without lowest tones, and nothing before or after a sound."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.evaluation.stereo import side_over_middle_db
from stemwright.mix.mixer import mix
from stemwright.mix.room import BANDS_HZ, FALL_SECONDS, PREDELAY, reach, response, room

RATE = 48_000


def band(signal: np.ndarray, low: float, high: float, rate: int = RATE) -> np.ndarray:
    size = 4 * len(signal)  # a steep filter rings on both sides
    hz = np.fft.rfftfreq(size, 1 / rate)
    kept = np.where((hz >= low) & (hz < high), np.fft.rfft(signal, size), 0)
    return np.fft.irfft(kept, size)[: len(signal)]


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_each_band_falls_in_its_time(rate: int) -> None:
    for side in response(rate):
        assert np.square(side).sum() == pytest.approx(1.0)
        assert not side[: round(PREDELAY * rate)].any()
        for middle, seconds in zip(BANDS_HZ, FALL_SECONDS, strict=True):
            heard = band(side, middle * 0.84, min(middle * 1.19, rate / 2), rate)
            left = np.cumsum(np.square(heard)[::-1])[::-1]  # Schroeder's backward integration
            level = 10 * np.log10(left / left[0] + 1e-12)
            first, last = np.argmax(level < -5), np.argmax(level < -25)
            assert (last - first) / rate * 3 == pytest.approx(seconds, rel=0.25), middle


def test_left_and_right_are_apart_and_lowest_tones_have_none() -> None:
    left, right = response(RATE)
    assert abs(left @ right) < 0.05
    assert np.square(band(left, 0, 100)).sum() < 0.002


def room_of(sound: np.ndarray) -> np.ndarray:
    return room(sound, len(sound), RATE)


def test_it_is_linear_and_only_comes_after() -> None:
    rng = np.random.default_rng(0)
    sound = np.zeros(300_000)
    sound[100_000:100_500] = rng.standard_normal(500)
    made = room_of(sound)
    assert np.abs(made[:100_000]).max() < 1e-12
    np.testing.assert_allclose(room_of(2 * sound), 2 * made, atol=1e-12)
    for channel, taps in enumerate(response(RATE)):
        plain = np.convolve(sound, taps)[: len(sound)] * np.sqrt(0.5)
        np.testing.assert_allclose(made[:, channel], plain, atol=1e-10)
    assert reach(RATE) == len(response(RATE)[0]) - 1
    last = room(sound[:110_000][-reach(RATE) - 5000 :], 5000, RATE)
    np.testing.assert_allclose(last, made[105_000:110_000], atol=1e-12)
    assert room_of(np.zeros(0)).shape == (0, 2)


def test_a_mix_of_mono_stems_is_wide_but_for_its_bass() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(4 * RATE) / RATE
    hits = (rng.standard_normal(len(time)) * np.exp(-(time % 0.5) * 12)).astype(np.float32) * 0.2
    low = (0.3 * np.sin(2 * np.pi * 55 * time)).astype(np.float32)
    wide = mix({"drums": hits}, RATE).audio
    assert -20 < side_over_middle_db(wide) < -10
    narrow = mix({"bass": low}, RATE).audio
    assert side_over_middle_db(narrow) < -35
