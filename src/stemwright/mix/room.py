"""The room that a mix stands in: late reverberation, another one left and right.

Its response is noise that falls exponentially, each band of it in its own time (J. A. Moorer, About this
reverberation business, 1979), after the way to the first wall; the lowest tones have none, which keeps a bass
clear. Left and right are drawn apart, so what it adds is wide.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Convolver, Signal

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
_STEP = 1 << 16


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


class Room:
    """What the room makes of a mono sound, as a stream: about as loud as the sound, half of it on either
    side. `step`: samples that it works on at once, on a grid from the sound's beginning.
    """

    def __init__(self, rate: int, step: int) -> None:
        self._convolver = Convolver(response(rate) * np.sqrt(0.5), step)

    def push(self, sent: Signal) -> NDArray[np.float64]:
        """Add samples [n]; the room's sound [m, 2] that is now certain: none is late in whole steps."""
        return self._convolver.push(sent).T

    def flush(self) -> NDArray[np.float64]:
        """The rest, with what rings on after the sound's end; no more can be pushed."""
        return self._convolver.flush().T


def add_room(summed: Signal, sent: Signal, rate: int) -> None:
    """Add to a mix [N, 2], in place, what the room makes of a sound [N], cut at its end."""
    room = Room(rate, _STEP)
    summed += np.concatenate([room.push(sent), room.flush()])[: len(sent)]
