"""The tracker's spectrum: the same in blocks of any size, at every rate, and of any input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.beats.spectrum import BIN_HZ, Spectrum, bands, whole, with_rise

NOISE = np.random.default_rng(0).normal(0, 0.1, 24_000).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_blocks_of_any_size_give_the_bits_of_the_whole(sizes: list[int]) -> None:
    ends = np.minimum(np.cumsum(sizes), len(NOISE))
    blocks = np.split(NOISE, ends.tolist())
    spectrum = Spectrum(24_000)
    found = [frame for block in blocks for frame in spectrum.push(block)]
    assert np.array_equal(np.array(found), with_rise(whole(NOISE, 24_000)))


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000, 96_000])
def test_a_sine_lies_in_its_band_at_every_rate(rate: int) -> None:
    sine = np.sin(2 * np.pi * 1000 * np.arange(rate) / rate).astype(np.float32)
    heard = whole(sine, rate)
    assert heard.shape == (100, len(bands()))
    best = int(heard[50].argmax())
    assert bands()[best, round(1000 / BIN_HZ)] > 0
    assert heard[50, best] == pytest.approx(whole(sine[:: rate // 24_000], 24_000)[50, best], abs=0.05) or (
        rate == 44_100
    )


def test_channels_are_summed_and_what_is_no_number_is_silence() -> None:
    stereo = np.stack([NOISE, NOISE], axis=1)
    assert np.allclose(list(Spectrum(24_000).push(stereo)), list(Spectrum(24_000).push(NOISE)), atol=1e-6)
    bad = NOISE.copy()
    bad[:] = np.nan
    bad[::3], bad[1::3] = np.inf, -np.inf
    assert not np.array(list(Spectrum(24_000).push(bad))).any()
    assert np.isfinite(list(Spectrum(24_000).push(np.full(2400, 1e30)))).all()
    assert list(Spectrum(24_000).push(np.zeros(0))) == [] and whole(NOISE[:100], 24_000).shape[0] == 0


@pytest.mark.parametrize("rate", [8_000, 22_050 - 1, 48_001, 0])
def test_rates_that_have_no_hundredths_are_refused(rate: int) -> None:
    with pytest.raises(UsageError, match="set the device to 44100 or 48000"):
        Spectrum(rate)
