"""swift-f0 (Nieradzik 2025; MIT): the pitch of one voice, every 16 ms.

The graph takes any length of 16 kHz and gives a frequency in each frame of 256 samples, also where there is
none to hear; a frame sees 2,815 samples to either side. Nearly silent frames get no pitch, as in the package.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation.judges.packages import SWIFT_F0
from stemwright.evaluation.judges.running import graph_of, resampled

RATE = 16000
HOP = 256
PERIOD = HOP / RATE
LOWEST_HZ, HIGHEST_HZ = 46.875, 2093.75
"""What the model can name."""
SILENT = 1e-3

_PART = 1875
_CONTEXT = 11


class SwiftF0:
    """The judge. StemwrightError where its package is not there."""

    def __init__(self) -> None:
        self._graph = graph_of(SWIFT_F0, "model.onnx")

    def __call__(self, audio: ArrayLike, sample_rate: int) -> NDArray[np.float64]:
        """Frequency in Hz of every frame of mono `audio` [N]: [frames], 0 where it is silent."""
        signal = resampled(audio, sample_rate, RATE)
        frames = len(signal) // HOP
        parts = [self._part(signal, first, min(first + _PART, frames)) for first in range(0, frames, _PART)]
        hertz = np.concatenate([np.zeros(0), *parts])
        loudest = np.abs(signal[: frames * HOP].reshape(frames, HOP)).max(axis=1, initial=0.0)
        return np.asarray(np.where(loudest < SILENT, 0.0, hertz))

    def _part(self, signal: NDArray[np.float32], first: int, end: int) -> NDArray[np.float64]:
        """Frames `first` to `end`, with what they see around them, so that long sounds need little memory."""
        begin = max(first - _CONTEXT, 0)
        window = signal[begin * HOP : (end + _CONTEXT) * HOP]
        limits = {"fmin": np.float32(LOWEST_HZ), "fmax": np.float32(HIGHEST_HZ)}
        feed = {"audio": window[None], **{name: np.asarray(value) for name, value in limits.items()}}
        (found,) = self._graph.run(["pitch"], feed)
        return np.asarray(found[0, first - begin : end - begin], dtype=np.float64)
