"""Loudness after ITU-R BS.1770-4: integrated loudness in LUFS.

K-weighting is the standard's two biquads; their coefficients at 48 kHz belong to the analogue filters given
here (as libebur128 derives them), so that any sample rate is served. True peaks: `mix/peaks.py`.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.mix.filters import Signal
from stemwright.mix.levels import SILENCE_DB, columns
from stemwright.native.biquads import Biquads

_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
_PIECE = 1 << 16
_BLOCK_SECONDS = 0.4

WARM_SECONDS = 0.25
"""After so much silence or sound before, K-weighting gives the same to 1e-11."""


def integrated_loudness(audio: ArrayLike, sample_rate: int) -> float:
    """Integrated loudness in LUFS of `audio` [N] or [N, channels] (left and right weigh alike), -120 or more.

    Blocks of 400 ms, 75% overlapped, gated at -70 LUFS and 10 LU below the mean of what is left. Audio
    shorter than 400 ms counts as one block.
    """
    signal = columns(audio)
    meter = LoudnessMeter(len(signal), signal.shape[1], sample_rate)
    for start in range(0, len(signal), _PIECE):
        meter.push(signal[start : start + _PIECE])
    return meter.loudness()


class LoudnessMeter:
    """Integrated loudness of `length` samples of 1 or 2 channels, as a stream: see `integrated_loudness`."""

    def __init__(self, length: int, channels: int, sample_rate: int) -> None:
        self.blocks = Blocks(length, sample_rate)
        self._filter = Biquads(k_sections(sample_rate), channels)
        self._channels, self._at = channels, 0
        self._rest = np.zeros(0)  # squares of the segment that is not over yet
        self._energies: list[NDArray[np.float64]] = []

    def push(self, signal: Signal) -> None:
        """Add samples [n, channels]."""
        self._rest = np.concatenate([self._rest, weighted(self._filter, signal, self._channels)])
        start, self._at = self._at, self._at + len(signal)
        cuts = self.blocks.cuts
        first = int(np.searchsorted(cuts, start, side="right")) - 1
        over = int(np.searchsorted(cuts, self._at, side="right")) - 1
        if over > first:
            places = cuts[first : over + 1] - cuts[first]
            self._energies.append(np.add.reduceat(self._rest[: places[-1]], places[:-1]))
            self._rest = self._rest[places[-1] :]

    def loudness(self) -> float:
        """Of all that was to come. ValueError where it has not."""
        energies = np.concatenate([np.zeros(0), *self._energies])
        return self.blocks.loudness(energies)


class Blocks:
    """The blocks of `length` samples, cut where any of them begins or ends.

    `cuts`: int64 [S + 1], rising from 0 to the length; energies of the S segments between them give the
    loudness.
    """

    def __init__(self, length: int, sample_rate: int) -> None:
        size = round(_BLOCK_SECONDS * sample_rate)
        self._size = min(size, length)
        if length <= size:
            self._starts = np.zeros(min(length, 1), np.int64)
        else:
            count = round((length - size) / (0.25 * size)) + 1
            starts = np.rint(np.arange(count) * 0.25 * size).astype(np.int64)
            self._starts = np.minimum(starts, length - size)
        ends = self._starts + self._size
        cuts = np.sort(np.concatenate([[0, length], self._starts, ends]).astype(np.int64))
        self.cuts = cuts[np.diff(cuts, prepend=-1) > 0]

    def loudness(self, energies: NDArray[np.float64]) -> float:
        """In LUFS, of each segment's sum of K-weighted squares over all channels [S]."""
        if len(energies) != len(self.cuts) - 1:
            raise ValueError(f"{len(energies)} energies for {len(self.cuts) - 1} segments")
        if not len(energies):
            return SILENCE_DB
        total = np.concatenate([[0.0], np.cumsum(energies)])
        first = np.searchsorted(self.cuts, self._starts)
        last = np.searchsorted(self.cuts, self._starts + self._size)
        return _gated(np.maximum(total[last] - total[first], 0.0) / self._size)

    def loudness_by_steps(self, energies: NDArray[np.float64], step: int) -> float:
        """In LUFS, of the same sums in even steps [B] of so many samples: exact where blocks begin and end
        with steps.
        """
        total = np.concatenate([[0.0], np.cumsum(energies)])
        places = np.minimum(self.cuts / step, len(energies))
        places[-1] = len(energies)  # the last step ends with the sound
        return self.loudness(np.diff(np.interp(places, np.arange(len(total)), total)))


def weighted(k_weighting: Biquads, signal: Signal, channels: int) -> NDArray[np.float64]:
    """The K-weighted squares [n] of a signal [n, channels] (or [n]), summed over channels."""
    squares = np.square(k_weighting.push(signal if channels == 2 else signal.reshape(-1)))
    return squares if squares.ndim == 1 else np.asarray(squares[:, 0] + squares[:, 1])


def _gated(powers: NDArray[np.float64]) -> float:
    loud = powers[powers > _power(_ABSOLUTE_GATE)]
    if not len(loud):
        return SILENCE_DB
    gate = _lufs(float(loud.mean())) + _RELATIVE_GATE
    return _lufs(float(loud[loud > _power(gate)].mean()))


def _power(loudness: float) -> float:
    return float(10.0 ** ((loudness - _OFFSET) / 10.0))


def _lufs(power: float) -> float:
    return _OFFSET + 10.0 * math.log10(power)


@functools.cache
def k_sections(sample_rate: int) -> NDArray[np.float64]:
    """K-weighting as sections [2, 5]: the head's shelf and the RLB curve."""
    return np.array([_shelf(sample_rate), _high_pass(sample_rate)])


Section = tuple[float, float, float, float, float]


def _shelf(sample_rate: int) -> Section:
    """The head's high shelf: +4 dB above about 1.7 kHz."""
    gain, quality = 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10.0 ** (gain / 20.0)
    middle = high**0.4996667741545416
    scale = 1 + k / quality + k * k
    return (
        (high + middle * k / quality + k * k) / scale,
        2 * (k * k - high) / scale,
        (high - middle * k / quality + k * k) / scale,
        2 * (k * k - 1) / scale,
        (1 - k / quality + k * k) / scale,
    )


def _high_pass(sample_rate: int) -> Section:
    """The RLB curve: a high pass at 38 Hz. Its numerator is 1, -2, 1 in the standard, not normalised."""
    quality = 0.5003270373238773
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    scale = 1 + k / quality + k * k
    return 1.0, -2.0, 1.0, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale
