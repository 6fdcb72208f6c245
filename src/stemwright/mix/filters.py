"""Long FIR filters in numpy: overlap-save with the FFT, several filters over one signal, as a stream."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating[Any]]

_BATCH = 8


def fast_size(least: int) -> int:
    """The smallest product of 2, 3 and 5 that is `least` or more: its transform is fast."""
    best = 1 << (least - 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            size = three << max(-(-least // three) - 1, 0).bit_length()
            best = min(best, size)
            three *= 3
        five *= 5
    return best


class Convolver:
    """Convolves a signal with each row of `taps` [F, L], causal, in their precision, float32 or float64.

    The pushes' outputs, joined, and the flush's are what `np.convolve(signal, row)` is: N + L - 1 samples.
    They come in steps of `step` samples on a grid from the signal's beginning, whatever the pushes are; so a
    signal cut anywhere gives the same bits.
    """

    def __init__(self, taps: Signal, step: int) -> None:
        if step < 1:
            raise ValueError(f"step: {step} is not 1 or more")
        self._length, self._step = taps.shape[1], step
        self._size = fast_size(step + self._length - 1)
        self._spectra = np.fft.rfft(taps, self._size, axis=-1)[:, None, :]
        self._held: Signal = np.zeros(
            self._length - 1, taps.dtype
        )  # the last L - 1 samples before the next step, and what came

    def push(self, signal: Signal) -> Signal:
        """Add samples [n]; the output [F, m] that is now certain."""
        self._held = np.concatenate([self._held, signal.astype(self._held.dtype, copy=False)])
        count = (len(self._held) - self._length + 1) // self._step
        return self._run(count)

    def flush(self) -> Signal:
        """The rest of the output [F, m]; no more can be pushed."""
        left = len(self._held)  # samples that came, and as many as the response rings on
        count = -(-left // self._step)
        self._held = np.concatenate([self._held, np.zeros(count * self._step, self._held.dtype)])
        return self._run(count)[:, :left]

    def _run(self, count: int) -> Signal:
        before = self._length - 1
        out = np.empty((len(self._spectra), count, self._step), self._held.dtype)
        if count:
            used = before + count * self._step
            blocks = np.lib.stride_tricks.sliding_window_view(self._held[:used], before + self._step)
            blocks = blocks[:: self._step]
            for first in range(0, count, _BATCH):
                spectrum = np.fft.rfft(blocks[first : first + _BATCH], self._size, axis=-1)
                made = np.fft.irfft(spectrum[None] * self._spectra, self._size, axis=-1)
                out[:, first : first + _BATCH] = made[:, :, before : before + self._step]
            self._held = self._held[count * self._step :]
        return out.reshape(len(out), -1)


def convolved(signal: Signal, taps: Signal, step: int) -> Signal:
    """The whole of a signal [N] with each row of taps, [F, N + L - 1]."""
    stream = Convolver(taps, step)
    return np.concatenate([stream.push(signal), stream.flush()], axis=1)
