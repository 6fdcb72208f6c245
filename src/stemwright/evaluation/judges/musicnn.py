"""musicnn (Pons and Serra 2019; ISC): 200 numbers of a sound, by a network that learned to tag music.

The network is the published one, in NumPy: log-mel patches of 3 s through filters across frequency and along
time, three layers along time, the largest and the mean of everything over time, and a dense layer, whose 200
outputs ("penultimate") are the embedding. Weights: those trained on the Million Song Dataset.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges.log_mel import BANDS, HOP, RATE, log_mel
from stemwright.evaluation.judges.packages import MUSICNN, file_of
from stemwright.evaluation.judges.running import resampled
from stemwright.evaluation.judges.tensorflow_checkpoint import Weights, read_checkpoint

NAME = "musicnn MSD"
MODEL = "MSD_musicnn"
PATCH = 187
"""Frames: 3 s."""
SECONDS = PATCH * HOP / RATE
DIMENSIONS = 200
SILENT_DB = -60.0

Array = NDArray[np.float32]

_EPSILON = 1e-3
_TIMBRES = (("conv2d", "batch_normalization_1"), ("conv2d_1", "batch_normalization_2"))
_TEMPORAL = tuple((f"conv2d_{i}", f"batch_normalization_{i + 1}") for i in (2, 3, 4))
_MIDDLE = tuple((f"conv2d_{i}", f"batch_normalization_{i + 1}") for i in (5, 6, 7))


class Musicnn:
    """The embedding. StemwrightError where its package is not there, or its weights have other shapes."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = _installed() if weights is None else weights
        try:
            self.penultimate(np.zeros((PATCH, BANDS), np.float32))
        except (KeyError, ValueError) as error:
            raise StemwrightError(f"musicnn: has other weights ({error}); {MUSICNN.install}") from None

    def __call__(self, audio: ArrayLike, sample_rate: int, step: float = SECONDS) -> NDArray[np.float64]:
        """Vectors of the patches of mono `audio` [N], `step` seconds apart: [patches, DIMENSIONS].

        What is shorter than a patch at the end is left out; patches below SILENT_DB (RMS) have no vector.
        """
        patches = _patches(resampled(audio, sample_rate, RATE), step)
        vectors = [self.penultimate(log_mel(patch)) for patch in patches]
        return np.array(vectors, dtype=np.float64).reshape(-1, DIMENSIONS)

    def penultimate(self, frames: Array) -> Array:
        """The embedding [DIMENSIONS] of log-mel `frames` [T, BANDS]."""
        normal = self._normal(frames[:, :, None], "batch_normalization")[:, :, 0]
        front = [self._timbre(normal, *names) for names in _TIMBRES]
        front += [self._temporal(normal, *names) for names in _TEMPORAL]
        levels = [np.concatenate(front, axis=1)]
        for names in _MIDDLE:
            made = self._along_time(levels[-1], *names)
            levels.append(made if len(levels) == 1 else made + levels[-1])
        everything = np.concatenate(levels, axis=1)
        pooled = np.stack([everything.max(axis=0), everything.mean(axis=0)], axis=1).ravel()
        pooled = self._normal(pooled, "batch_normalization_9")
        dense = pooled @ self._weights["dense/kernel"] + self._weights["dense/bias"]
        return self._normal(np.maximum(dense, 0.0), "batch_normalization_10")

    def _timbre(self, frames: Array, layer: str, norm: str) -> Array:
        """Filters of 7 frames and most of the bands; of all heights the strongest: [T, filters]."""
        kernel = self._weights[f"{layer}/kernel"]
        padded = np.pad(frames, ((len(kernel) // 2,) * 2, (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2])
        return self._strongest(windows.reshape(*windows.shape[:2], -1), layer, norm)

    def _temporal(self, frames: Array, layer: str, norm: str) -> Array:
        """Filters along time in each band; of all bands the strongest: [T, filters]."""
        length = len(self._weights[f"{layer}/kernel"])
        padded = np.pad(frames, (((length - 1) // 2, length // 2), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, length, axis=0)
        return self._strongest(np.ascontiguousarray(windows), layer, norm)

    def _strongest(self, places: Array, layer: str, norm: str) -> Array:
        """The largest output of a layer over the places [T, places, inputs] at which it is applied."""
        kernel, bias = self._weights[f"{layer}/kernel"], self._weights[f"{layer}/bias"]
        # Two axes: NumPy multiplies three of them without BLAS, fifty times slower.
        flat = places.reshape(-1, places.shape[-1]) @ kernel.reshape(-1, kernel.shape[-1])
        made = np.maximum(flat + bias, 0.0).reshape(*places.shape[:2], -1)
        # Normalisation rises or falls with its input, so only the ends can be the largest after it.
        ends = [self._normal(end, norm) for end in (made.max(axis=1), made.min(axis=1))]
        return np.maximum(*ends)

    def _along_time(self, frames: Array, layer: str, norm: str) -> Array:
        """A convolution over 7 frames of all channels: [T, channels] to [T, filters]."""
        kernel, bias = self._weights[f"{layer}/kernel"], self._weights[f"{layer}/bias"]
        padded = np.pad(frames, ((len(kernel) // 2,) * 2, (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=0)
        flat = kernel[:, :, 0].transpose(1, 0, 2).reshape(-1, kernel.shape[-1])
        return self._normal(np.maximum(windows.reshape(len(frames), -1) @ flat + bias, 0.0), norm)

    def _normal(self, values: Array, name: str) -> Array:
        """Batch normalisation over the last axis, by what was found in training."""
        mean, variance, scale, shift = (
            self._weights[f"{name}/{part}"] for part in ("moving_mean", "moving_variance", "gamma", "beta")
        )
        return np.asarray((values - mean) * (scale / np.sqrt(variance + _EPSILON)) + shift, dtype=np.float32)


def _installed() -> Weights:
    index = file_of(MUSICNN, MODEL, ".index")
    return read_checkpoint(index, index.with_name(".data-00000-of-00001"))


def _patches(signal: Array, step: float) -> Iterator[Array]:
    """Stretches of `signal` of which PATCH frames are made, without silent ones."""
    size = (PATCH - 1) * HOP
    if not step > 0:
        raise ValueError(f"step should be above 0, is {step}")
    for start in np.arange(0, len(signal) - size, step * RATE).astype(int).tolist():
        patch = signal[start : start + size]
        if float(np.mean(np.square(patch, dtype=np.float64))) > 10 ** (SILENT_DB / 10):
            yield patch
