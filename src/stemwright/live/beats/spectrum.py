"""What the beat tracker hears: log-magnitudes in bands of about an eighth of an octave, 100 frames a second.

Frame t ends with the sample t * hop, hop being a hundredth of a second, and spans the 40 ms before it under a
Hann window. So its bins lie 25 Hz apart at every sample rate, and the bands are the same. What is heard does
not depend on the size of blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, argument

Floats = npt.NDArray[np.float32]

FRAME_RATE = 100
HOPS = 4
"""Hops that a window spans."""
BIN_HZ = FRAME_RATE / HOPS
LOWEST_HZ, HIGHEST_HZ, PER_OCTAVE = 50.0, 10_500.0, 8
LOWEST_RATE = 22_000
GAIN = 1000.0
"""A sine of 1 / GAIN of full scale lies at the knee of the logarithm."""
SCALE = 3.0 / float(np.log1p(GAIN))
RISE = 2
"""Frames over which a band's rise is taken."""
LOUDEST = 16.0
"""Samples are clipped beyond +-16, twelve decibels above what any sound card gives."""


def hop_of(rate: int) -> int:
    """Samples of a hop. UsageError for a rate that is too low or not a multiple of 100."""
    if rate < LOWEST_RATE or rate % FRAME_RATE:
        raise UsageError(
            f"{argument('rate')} {rate}: the beat tracker needs a multiple of {FRAME_RATE} Hz from "
            f"{LOWEST_RATE} on: set the device to 44100 or 48000"
        )
    return rate // FRAME_RATE


@cache
def bands() -> Floats:
    """Triangular filters [bands, bins] over the bins from 0 on, each of sum 1."""
    steps = np.arange(-1, np.log2(HIGHEST_HZ / LOWEST_HZ) * PER_OCTAVE + 1)
    corners = np.unique(np.rint(LOWEST_HZ * 2.0 ** (steps / PER_OCTAVE) / BIN_HZ)).astype(int)
    corners = corners[corners >= 1]
    bins = np.arange(corners[-1] + 1)
    made = np.stack(
        [
            np.interp(bins, (low, middle, high), (0.0, 1.0, 0.0))
            for low, middle, high in zip(corners, corners[1:], corners[2:], strict=False)
        ]
    )
    return np.asarray(made / made.sum(1, keepdims=True), np.float32)


@cache
def window(rate: int) -> Floats:
    """The Hann window, scaled so that a sine of amplitude 1 has magnitude 1."""
    count = HOPS * hop_of(rate)
    made = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(count) / count)
    return np.asarray(made * 2.0 / made.sum(), np.float32)


def levels(frames: Floats, rate: int) -> Floats:
    """Log-magnitudes float32 [..., bands] of windows of sound [..., HOPS * hop]."""
    filters = bands()
    spectrum = np.fft.rfft(frames * window(rate))[..., : filters.shape[1]]
    magnitude = np.abs(spectrum).astype(np.float32)
    return np.asarray(
        np.log1p(np.float32(GAIN) * np.einsum("...j,ij->...i", magnitude, filters)) * SCALE, np.float32
    )


def whole(audio: Floats, rate: int) -> Floats:
    """The log-magnitudes [frames, bands] of a whole sound [samples], as `Spectrum` hears it in blocks."""
    hop = hop_of(rate)
    if len(audio) < hop:
        return np.zeros((0, len(bands())), np.float32)
    padded = np.concatenate([np.zeros((HOPS - 1) * hop, np.float32), cleaned(audio)])
    spans = np.lib.stride_tricks.sliding_window_view(padded, HOPS * hop)[::hop]
    return np.concatenate([levels(part, rate) for part in np.array_split(spans, 1 + len(spans) // 1000)])


def with_rise(heard: Floats) -> Floats:
    """Log-magnitudes [frames, bands] and how far each rose in `RISE` frames: [frames, 2 * bands]."""
    before = np.concatenate([np.zeros((RISE, heard.shape[1]), np.float32), heard[:-RISE]])[: len(heard)]
    return np.concatenate([heard, np.maximum(heard - before, 0.0)], axis=1)


def cleaned(block: npt.ArrayLike) -> Floats:
    """float32 [samples] of sound [samples] or [samples, channels]; what is no number is silence."""
    sound = np.asarray(block, np.float32)
    if not np.isfinite(sound).all():
        sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    if sound.ndim > 1:
        sound = sound.mean(axis=1, dtype=np.float32)
    return np.clip(sound, -LOUDEST, LOUDEST)


class Spectrum:
    """The frames of a sound that comes in blocks of any size."""

    def __init__(self, rate: int) -> None:
        self.rate, self.hop = rate, hop_of(rate)
        self.reset()

    def reset(self) -> None:
        """As before the first sample."""
        self._held = np.zeros(HOPS * self.hop, np.float32)
        self._filled = 0  # samples of the newest hop that are there
        self._past = np.zeros((RISE, len(bands())), np.float32)

    def push(self, block: npt.ArrayLike) -> Iterator[Floats]:
        """The frames [2 * bands] that a block of sound [samples] or [samples, channels] completes."""
        sound = cleaned(block)
        at = 0
        while at < len(sound):
            count = min(self.hop - self._filled, len(sound) - at)
            start = len(self._held) - self.hop + self._filled
            self._held[start : start + count] = sound[at : at + count]
            at += count
            self._filled += count
            if self._filled == self.hop:
                yield self._frame()
                self._held[: -self.hop] = self._held[self.hop :]
                self._filled = 0

    def _frame(self) -> Floats:
        heard = levels(self._held, self.rate)
        made = np.concatenate([heard, np.maximum(heard - self._past[0], 0.0)])
        self._past[:-1] = self._past[1:]
        self._past[-1] = heard
        return made
