"""True peaks after ITU-R BS.1770-4, found between samples by a windowed sinc that passes all but the last 2%
below half the sample rate, or by a resampler that does not.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.mix.filters import Convolver, Signal
from stemwright.mix.levels import SILENCE_DB, columns, decibels

OVERSAMPLING = 4
HALF_TAPS = 128
"""Samples on either side that a value between two samples is made of."""
_STEP = 7937
"""With the filter's length a block of 8192."""
_PIECE = 1 << 18


class PeakEnvelope:
    """The largest magnitude at each sample of a channel and at the 3 points up to the next, as a stream."""

    def __init__(self) -> None:
        self._filter = Convolver(_interpolators(), _STEP)
        self._held = np.zeros(0)  # samples whose points between are not known yet
        self._skip = HALF_TAPS  # the filters' delay

    def push(self, channel: Signal) -> NDArray[np.float32]:
        """Add samples [n]; the envelope that is now certain."""
        self._held = np.concatenate([self._held, channel])
        return self._envelope(self._filter.push(channel))

    def flush(self) -> NDArray[np.float32]:
        """The rest of the envelope; no more can be pushed."""
        return self._envelope(self._filter.flush())

    def _envelope(self, between: NDArray[np.float64]) -> NDArray[np.float32]:
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


class TruePeak:
    """The true peak of `channels`, as a stream: see `true_peak`."""

    def __init__(self, channels: int) -> None:
        import soxr

        self._envelopes = [PeakEnvelope() for _ in range(channels)]
        self._resamplers = [
            soxr.ResampleStream(1, OVERSAMPLING, 1, dtype="float32", quality="HQ") for _ in range(channels)
        ]
        self._held = np.zeros((0, channels), np.float32)
        self._highest = 0.0

    def push(self, signal: Signal) -> None:
        """Add samples [n, channels]."""
        self._held = np.concatenate([self._held, signal.astype(np.float32)])
        while len(self._held) > _PIECE:  # in pieces of one size, whatever the pushes are
            self._measure(self._held[:_PIECE], False)
            self._held = self._held[_PIECE:]

    def flush(self) -> float:
        """In dBTP; no more can be pushed."""
        self._measure(self._held, True)
        return decibels(self._highest)

    def _measure(self, piece: NDArray[np.float32], last: bool) -> None:
        for channel, envelope, resampler in zip(piece.T, self._envelopes, self._resamplers, strict=True):
            found = [
                envelope.push(channel),
                resampler.resample_chunk(np.ascontiguousarray(channel), last=last),
            ]
            found += [envelope.flush()] if last else []
            self._highest = max(self._highest, *(float(np.abs(each).max(initial=0.0)) for each in found))


def true_peak(audio: ArrayLike) -> float:
    """The true peak in dBTP of `audio` [N] or [N, channels]: largest magnitude at 4x oversampling.

    Meters differ in how they treat what lies just below half the sample rate. We take the higher reading of
    two: a windowed sinc that passes it (`peak_envelope`) and a resampler that removes it (soxr).
    """
    signal = columns(audio)
    if not signal.size:
        return SILENCE_DB
    meter = TruePeak(signal.shape[1])
    meter.push(signal)
    return meter.flush()


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
    return np.array(rows)
