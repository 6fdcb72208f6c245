"""The network at run time: a GRU and four heads in numpy, float32, on the calling thread alone.

Products are by einsum, not by BLAS, which would start threads of its own. GRU as in Cho et al. (arXiv
1406.1078) with the reset gate after the product, as PyTorch has it; `training.companion.model` computes the
same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.models.companion_tensors import PARTS, companion_shapes, head_sizes
from stemwright.symbolic.companion import features

Floats = npt.NDArray[np.float32]


class Network:
    """Weights, the state `hidden` [H], and scratch memory; for one thread at a time.

    `config` and `tensors` are those of a verified bundle; UsageError where they do not fit this version.
    """

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]]) -> None:
        w = {name: _finite(name, tensors[name]) for name in companion_shapes(config)}
        made = {"time": features.time_features(), "velocity": features.velocity_features()}
        for name, table in made.items():
            if table.shape[1] != config[f"{name}_features"]:
                raise UsageError(
                    f"companion: field 'architecture.{name}_features' is {config[f'{name}_features']}, "
                    f"this version has {table.shape[1]}: get a bundle for it"
                )
            for kind in ("input", "known"):
                w[f"{kind}.{name}"] = np.ascontiguousarray(table @ w[f"{kind}.{name}"])
        self._input = [w[f"input.{part}"] for part in PARTS]
        self._known = [w[f"known.{part}"] for part in PARTS]
        self._gru = [w[f"gru.{name}"] for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")]
        self._context = (w["context.weight"], w["context.bias"])
        self._held = w["held"]
        self._heads = [
            [
                w[f"heads.{part}.{name}"]
                for name in ("inner.weight", "inner.bias", "outer.weight", "outer.bias")
            ]
            for part in PARTS
        ]
        size, mix = int(config["hidden"]), int(config["mix"])
        self.hidden = np.zeros(size, np.float32)
        self._sum = np.empty(int(config["embed"]), np.float32)
        self._gates = np.empty((2, 3 * size), np.float32)
        self._told, self._open, self._inner = (np.empty(mix, np.float32) for _ in range(3))
        self._raw = [np.empty(size, np.float32) for size in head_sizes(config).values()]

    def hear(self, instrument: int, token: int, time: int, velocity: int) -> None:
        """Take in one event: instrument, token, bin, velocity. Changes `hidden`."""
        x = self._sum
        x[:] = self._input[0][instrument]
        for table, value in zip(self._input[1:], (token, time, velocity), strict=True):
            x += table[value]
        weight_ih, bias_ih, weight_hh, bias_hh = self._gru
        given, kept = self._gates
        np.einsum("ij,j->i", weight_ih, x, out=given)
        np.einsum("ij,j->i", weight_hh, self.hidden, out=kept)
        given += bias_ih
        kept += bias_hh
        size = len(self.hidden)
        gates = given[: 2 * size]
        gates += kept[: 2 * size]
        _sigmoid(gates)
        reset, update = gates[:size], gates[size:]
        new = given[2 * size :]
        new += reset * kept[2 * size :]
        np.tanh(new, out=new)
        self.hidden -= new
        self.hidden *= update
        self.hidden += new

    def ask(self, held: Collection[int]) -> None:
        """Begin a query: what the state and the held notes (instrument x 128 + pitch) tell."""
        weight, bias = self._context
        np.einsum("ij,j->i", weight, self.hidden, out=self._told)
        self._told += bias
        for note in held:
            self._told += self._held[note]

    def tell(self, part: int, value: int) -> None:
        """Let the heads know a part of the event that is asked for."""
        self._told += self._known[part][value]

    def answer(self, part: int) -> Floats:
        """The raw numbers of a part's head, given all that was told. Overwritten by the next answer of it."""
        inner_weight, inner_bias, outer_weight, outer_bias = self._heads[part]
        np.tanh(self._told, out=self._open)
        np.einsum("ij,j->i", inner_weight, self._open, out=self._inner)
        self._inner += inner_bias
        np.maximum(self._inner, 0.0, out=self._inner)
        self._open += self._inner
        raw = self._raw[part]
        np.einsum("ij,j->i", outer_weight, self._open, out=raw)
        raw += outer_bias
        return raw


def _sigmoid(x: Floats) -> None:
    """In place; by tanh, which cannot overflow."""
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5


def _finite(name: str, values: npt.NDArray[Any]) -> Floats:
    out = np.array(values, np.float32, order="C")
    if not np.isfinite(out).all():
        raise UsageError(f"companion: tensor {name!r} holds what is no number: get the bundle again")
    return out
