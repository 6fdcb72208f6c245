"""The room that a mix stands in: late reverberation, another one left and right.

Its response is noise that falls exponentially, each band of it in its own time (J. A. Moorer, About this
reverberation business, 1979), after the way to the first wall; the lowest tones have none, which keeps a bass
clear. Left and right are drawn apart, so what it adds is wide.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal, fast_size

PREDELAY = 0.012
"""Seconds until the first reflection."""
RISE = 0.01
SECONDS = 0.8
"""Where the response ends; all bands have fallen by 60 dB by then."""
BANDS_HZ = (250.0, 1000.0, 4000.0, 9000.0)
"""Middles of the bands, an octave or more wide each."""
FALL_SECONDS = (0.55, 0.75, 0.6, 0.35)
"""Times in which they fall by 60 dB (ISO 3382: T60)."""
SEED = 1979


@cache
def response(rate: int) -> NDArray[np.float64]:
    """Impulse responses of left and right [2, L], each of energy 1."""
    count = round(SECONDS * rate)
    time = np.arange(count) / rate
    noise = np.random.Generator(np.random.Philox(SEED)).standard_normal((2, round(SECONDS * 48_000)))[
        :, :count
    ]
    spectra = np.fft.rfft(noise, axis=-1)
    octave = np.log2(np.maximum(np.fft.rfftfreq(count, 1 / rate), 1.0))
    middles = np.log2(BANDS_HZ)
    made = np.zeros((2, count))
    for number, seconds in enumerate(FALL_SECONDS):
        share = np.interp(octave, middles, np.eye(len(middles))[number], left=0.0 if number else np.nan)
        share = np.where(np.isnan(share), np.clip(octave - middles[0] + 1.0, 0.0, 1.0), share)
        made += np.fft.irfft(spectra * share, count, axis=-1) * 10 ** (-3 * time / seconds)
    made *= np.clip(time / RISE, 0.0, 1.0)
    made = np.concatenate([np.zeros((2, round(PREDELAY * rate))), made], axis=1)
    return np.asarray(made / np.sqrt(np.square(made).sum(axis=1, keepdims=True)))


def reach(rate: int) -> int:
    """How many samples a sound rings on."""
    return round(PREDELAY * rate) + round(SECONDS * rate) - 1


def room(sent: Signal, count: int, rate: int) -> NDArray[np.float64]:
    """What the room makes of the last `count` samples of a mono sound [n], [count, 2]: about as loud as the
    sound, half of it on either side. The `reach` samples before them ring in them; it is silent before that.
    """
    before = reach(rate)
    held = np.zeros(before + count)
    used = sent[max(len(sent) - len(held), 0) :]
    held[len(held) - len(used) :] = used
    size = fast_size(len(held))
    spectrum = np.fft.rfft(held, size) * _spectra(rate, size)
    return np.asarray(np.fft.irfft(spectrum, size, axis=-1)[:, before : before + count].T)


@cache
def _spectra(rate: int, size: int) -> NDArray[np.complex128]:
    return np.asarray(np.fft.rfft(response(rate) * np.sqrt(0.5), size, axis=-1))
