"""The activations of beat and downbeat, frame by frame, in numpy on the calling thread alone.

Products are by einsum, not by BLAS, which would start threads of its own. `training.beats.model` computes the
same over whole songs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.live.beats.spectrum import bands
from stemwright.models.beat_tensors import TAPS, beat_shapes

Floats = npt.NDArray[np.float32]


class BeatNetwork:
    """Weights, what was heard, and scratch memory; for one thread at a time.

    `config` and `tensors` are those of a verified bundle; UsageError where they do not fit this version.
    """

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]]) -> None:
        if config["bands"] != len(bands()):
            raise UsageError(
                f"beats: field 'architecture.bands' is {config['bands']}, this version has {len(bands())}: "
                "get a bundle for it"
            )
        self._weights = {name: _finite(name, tensors[name]) for name in beat_shapes(config)}
        self.delay = int(config["delay"])
        self._blocks = [
            tuple(self._weights[f"blocks.{block}.{name}"] for name in _BLOCK)
            for block in range(config["blocks"])
        ]
        self._bands, self._channels = 2 * int(config["bands"]), int(config["channels"])
        self.reset()

    def reset(self) -> None:
        """As if nothing had been heard."""
        self._front = np.zeros((TAPS, self._bands), np.float32)
        self._past = [
            np.zeros(((TAPS - 1) * 2**block, self._channels), np.float32)
            for block in range(len(self._blocks))
        ]
        self._at = 0
        self._taps = np.empty((TAPS, self._channels), np.float32)

    def hear(self, frame: Floats) -> tuple[float, float]:
        """Probabilities of a beat and of a downbeat, `delay` frames before a frame [2 * bands]."""
        weights = self._weights
        self._front[:-1] = self._front[1:]
        self._front[-1] = frame
        x = _layer(weights["front.weight"], weights["front.bias"], self._front.reshape(-1))
        np.maximum(x, 0.0, out=x)
        x = _layer(weights["enter.weight"], weights["enter.bias"], x)
        for block, (taps, taps_bias, mix, mix_bias) in enumerate(self._blocks):
            self._look_back(block, x)
            inner = _layer(taps, taps_bias, self._taps.reshape(-1))
            np.maximum(inner, 0.0, out=inner)
            x = x + _layer(mix, mix_bias, inner)
        self._at += 1
        beat, downbeat = _layer(weights["head.weight"], weights["head.bias"], x).tolist()
        return _probability(beat), _probability(downbeat)

    def _look_back(self, block: int, x: Floats) -> None:
        """Put what a block hears into the scratch: frames 2 d, d and 0 back, d = 2**block."""
        past, apart = self._past[block], 2**block
        self._taps[0] = past[self._at % len(past)]
        self._taps[1] = past[(self._at + apart) % len(past)]
        self._taps[2] = x
        past[self._at % len(past)] = x


_BLOCK = ("taps.weight", "taps.bias", "mix.weight", "mix.bias")


def _layer(weight: Floats, bias: Floats, x: Floats) -> Floats:
    out = np.einsum("ij,j->i", weight, x)
    out += bias
    return np.asarray(out)


def _probability(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-min(max(logit, -30.0), 30.0))))


def _finite(name: str, tensor: npt.NDArray[Any]) -> Floats:
    """A tensor in float32. UsageError where it holds no numbers."""
    made = np.ascontiguousarray(tensor, np.float32)
    if not np.isfinite(made).all():
        raise UsageError(f"beats: tensor {name!r} holds values that are no numbers: get the bundle again")
    return made
