"""Long FIR filters in numpy: overlap-save with the FFT, several filters over one signal."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating[Any]]

_BATCH = 8


def filtered(signal: Signal, taps: Signal, block: int = 16384) -> Iterator[tuple[int, Signal]]:
    """Convolve `signal` [N] with each row of `taps` [F, L], causal, in pieces; precision is that of `signal`.

    Yields (start, [F, n]): what `np.convolve(signal, row)[start : start + n]` is; the pieces cover 0..N+L-2.
    """
    length = taps.shape[1]
    step = block - length + 1
    if step < 1:
        raise ValueError(f"block {block} is shorter than the filter of {length} taps")
    total = len(signal) + length - 1
    count = -(-total // step)
    padded = np.zeros(length - 1 + count * step, dtype=signal.dtype)
    padded[length - 1 : length - 1 + len(signal)] = signal
    blocks = np.lib.stride_tricks.sliding_window_view(padded, block)[::step]
    spectra = np.fft.rfft(taps.astype(signal.dtype), block, axis=-1)[:, None, :]
    for first in range(0, count, _BATCH):
        spectrum = np.fft.rfft(blocks[first : first + _BATCH], axis=-1)
        result = np.fft.irfft(spectrum[None] * spectra, block, axis=-1)[:, :, length - 1 :]
        start = first * step
        yield start, result.reshape(len(taps), -1)[:, : total - start]
