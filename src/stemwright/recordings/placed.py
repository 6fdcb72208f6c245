"""A recording as a take's sound: FLAC, 48 kHz, 24 bits, of the song's length, silent before and after it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.mix.files import to_24_bit
from stemwright.recordings.source import RATE

Audio = npt.NDArray[np.float32]
Blocks = Callable[[], Iterator[Audio]]
"""Gives the same blocks at each call, float32 [n, 1 or 2]."""

SILENT_DB = -90.0
"""A recording whose peak is below this is silent."""
_LARGEST = 1.0 - 2.0**-23
_ZEROS = 1 << 16


@dataclass(frozen=True, slots=True)
class Measured:
    """What a recording is like: how many `samples` at `RATE`, its `peak`, whether both channels are `alike`,
    and its sound in one channel at half the rate, of the first minutes, `mono`.
    """

    samples: int
    peak: float
    alike: bool
    mono: Audio

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard."""
        return self.peak < 10 ** (SILENT_DB / 20)

    @property
    def lowered_db(self) -> float:
        """By how much it has to be lowered as a whole to fit; 0 where it does."""
        return 20 * float(np.log10(self.peak / _LARGEST)) if self.peak > 1.0 else 0.0


def measure(blocks: Blocks, heard: float) -> Measured:
    """Read a recording once. `heard`: seconds at most of `mono`."""
    samples, peak, alike = 0, 0.0, True
    mono: list[Audio] = []
    for block in blocks():
        if samples < heard * RATE:
            mono.append(block.mean(axis=1, dtype=np.float32))
        samples += len(block)
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
        alike = alike and bool((block[:, 0] == block[:, -1]).all())
    return Measured(samples, peak, alike, _half_rate(mono))


def encode(blocks: Blocks, measured: Measured, before: int, total: int) -> bytes:
    """The object's bytes: `before` silent samples, the recording, and silence up to `total` samples. It is
    lowered by `measured.lowered_db`, else no sample of it is changed but for being rounded to 24 bits.
    """
    import soundfile

    width = 1 if measured.alike else 2
    factor = np.float32(10 ** (-measured.lowered_db / 20))
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", RATE, width, "PCM_24", format="FLAC") as file:
        for block in _whole(blocks(), before, total, width):
            file.write(to_24_bit(block if factor == 1 else block * factor))
    return buffer.getvalue()


def _whole(blocks: Iterable[Audio], before: int, total: int, width: int) -> Iterator[Audio]:
    yield from _zeros(before, width)
    left = total - before
    for block in blocks:
        yield block[:left, :width]
        left -= min(len(block), left)
    yield from _zeros(left, width)


def _zeros(count: int, width: int) -> Iterator[Audio]:
    for start in range(0, count, _ZEROS):
        yield np.zeros((min(_ZEROS, count - start), width), np.float32)


def _half_rate(blocks: list[Audio]) -> Audio:
    import soxr

    whole = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return np.asarray(soxr.resample(whole, RATE, RATE // 2), np.float32) if len(whole) else whole
