"""True peaks after ITU-R BS.1770-4, found between samples by a windowed sinc that passes all but the last 2%
below half the sample rate, or by a resampler that does not.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.mix.filters import Convolver, Signal
from stemwright.mix.levels import columns, decibels

OVERSAMPLING = 4
HALF_TAPS = 128
"""Samples on either side that a value between two samples is made of."""
_STEP = 7937
"""With the filter's length a block of 8192."""
_PIECE = 1 << 18


class PeakEnvelope:
    """The largest magnitude at each sample of a channel and at the 3 points up to the next, as a stream."""

    def __init__(self, step: int = _STEP) -> None:
        """``step``: samples that are worked on at once: fewer come out sooner, at more work."""
        self._filter = Convolver(_interpolators(), step)
        self._held = np.zeros(0, np.float32)  # samples whose points between are not known yet
        self._skip = HALF_TAPS  # the filters' delay

    def push(self, channel: Signal) -> NDArray[np.float32]:
        """Add samples [n]; the envelope that is now certain."""
        single = channel.astype(np.float32, copy=False)
        self._held = np.concatenate([self._held, single])
        return self._envelope(self._filter.push(single))

    def flush(self) -> NDArray[np.float32]:
        """The rest of the envelope; no more can be pushed."""
        return self._envelope(self._filter.flush())

    def _envelope(self, between: Signal) -> NDArray[np.float32]:
        skipped = min(self._skip, between.shape[1])
        self._skip -= skipped
        count = min(between.shape[1] - skipped, len(self._held))
        high = np.abs(between[:, skipped : skipped + count]).max(axis=0)
        made: NDArray[np.float32] = np.maximum(high, np.abs(self._held[:count])).astype(np.float32)
        self._held = self._held[count:]
        return made


def peak_envelope(channel: Signal) -> NDArray[np.float32]:
    """The whole envelope [N] of a channel [N]."""
    stream = PeakEnvelope()
    return np.concatenate([stream.push(channel), stream.flush()])


def true_peak(audio: ArrayLike) -> float:
    """The true peak in dBTP of `audio` [N] or [N, channels]: largest magnitude at 4x oversampling.

    Meters differ in how they treat what lies just below half the sample rate. We take the higher reading of
    two: a windowed sinc that passes it (`peak_envelope`) and a resampler that removes it (soxr).
    """
    signal, highest = columns(audio), 0.0
    for start in range(0, len(signal), _PIECE):
        low, stop = max(0, start - HALF_TAPS), min(start + _PIECE, len(signal))
        highest = max(highest, highest_between(signal[low : stop + HALF_TAPS], start - low, stop - low))
    return decibels(highest)


def highest_between(signal: Signal, first: int, last: int) -> float:
    """The true peak, an amplitude, of samples `first` to `last` of a sound [n, channels], by the HALF_TAPS
    samples on either side.
    """
    import soxr

    low, high, found = max(0, first - HALF_TAPS), last + HALF_TAPS, 0.0
    for channel in np.asarray(signal[low:high], np.float32).T:
        sound = np.ascontiguousarray(channel)
        fine = soxr.resample(sound, 1, OVERSAMPLING, quality="HQ")
        inside = fine[(first - low) * OVERSAMPLING : (last - low) * OVERSAMPLING]
        exact = peak_envelope(sound)[first - low : last - low]
        found = max(found, float(np.abs(inside).max(initial=0.0)), float(exact.max(initial=0.0)))
    return found


@functools.cache
def _interpolators() -> Signal:
    """Windowed-sinc fractional delays, [3, 2 x half]: the signal 1/4, 2/4 and 3/4 of a sample later."""
    places = np.arange(1 - HALF_TAPS, HALF_TAPS + 1)
    rows = []
    for phase in range(1, OVERSAMPLING):
        distance = places - phase / OVERSAMPLING
        window = np.i0(6.0 * np.sqrt(1.0 - (distance / (HALF_TAPS + 1)) ** 2))  # Kaiser, beta 6
        taps = np.sinc(distance) * window
        rows.append((taps / taps.sum())[::-1])
    return np.array(rows, np.float32)
