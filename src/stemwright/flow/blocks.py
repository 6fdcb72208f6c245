"""Layers by the flow without an end: block after block, each seeing the finished ones before it.

All layers are made together. What a finished block said to attention is kept, so that a block costs the same
however long it has been going on (block diffusion, arXiv 2503.09573).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import Tokens
from stemwright.flow.layer import HEARD, guided, noise_of, rows_of, told_of
from stemwright.flow.network import FlowNetwork
from stemwright.flow.sampling import FlowSampling, solved
from stemwright.flow.told import Told
from stemwright.models.flow import HEAD
from stemwright.native.engine import Cancelled

Floats = npt.NDArray[np.float32]

FAR = 2048
"""Steps after which places begin anew: angles of large numbers are not exact."""


class FlowBlocks:
    """The steps of some layers, from their beginning on. ``seed``, ``take``: of their noise."""

    def __init__(
        self, network: FlowNetwork, layers: Sequence[str], seed: int, take: int, sampling: FlowSampling
    ) -> None:
        self._network, self._sampling = network, sampling
        self._noise = [noise_of(seed, layer, take) for layer in layers]
        self._past: Floats | None = None  # keys and values, once there are any
        self._place = 0

    def block(self, told: Sequence[Told]) -> Floats:
        """The next steps [layers, N, S], of which each layer is ``told`` the same number."""
        network, shape = self._network, (len(told[0].features), self._network.space.width)
        noise = np.stack([each.standard_normal(shape, np.float32) for each in self._noise])
        rows = rows_of(told, self._sampling)
        past = network.nothing(len(rows)) if self._past is None else self._past

        def run(x: Floats, times: Floats, rows: Sequence[Told], span: float) -> Floats:
            return network.after(x, times, rows, span, self._place, past)[0]

        velocity = guided(run, rows, self._sampling.guidance)
        known = np.zeros(noise.shape[:2], np.bool_)
        made = solved(velocity, noise, np.zeros_like(noise), known, replace(self._sampling, strength=1.0))
        self._remember(np.concatenate([made] * (len(rows) // len(told))), rows, past)
        return made

    def _remember(self, made: Floats, rows: Sequence[Told], past: Floats) -> None:
        """Keep what attention sees of finished steps."""
        ones = np.ones(made.shape[:2], np.float32)
        _, present = self._network.after(made, ones, rows, 0.0, self._place, past)
        self._past = np.concatenate([past, present], 4)[:, :, :, :, -HEARD:]
        self._place += made.shape[1]
        if self._place > 2 * FAR:
            self._place -= FAR
            self._past[:, 0] = turned_back(self._past[:, 0], FAR)


def flow_in_blocks(
    network: FlowNetwork,
    features: Floats,
    layer: str,
    block: int,
    seed: int,
    take: int,
    sampling: FlowSampling,
    cancel: Callable[[], bool] = lambda: False,
) -> Tokens:
    """Codes uint16 [K, T] of a layer whose features are [T, F], ``block`` steps at a time. Raises `Cancelled`
    once ``cancel`` says True."""
    told = told_of(network, layer, features)
    blocks, made = FlowBlocks(network, [layer], seed, take, sampling), []
    for start in range(0, len(told.features), block):
        if cancel():
            raise Cancelled
        made.append(blocks.block([told.part(slice(start, start + block))])[0])
    return network.space.tokens(network.space.latents(np.concatenate(made), len(features)))


def turned_back(keys: Floats, places: int) -> Floats:
    """Keys [..., HEAD] as they would be so many places earlier (RoFormer, arXiv 2104.09864)."""
    angle = places * 10000.0 ** (-np.arange(HEAD // 2) * 2 / HEAD)
    a, b = np.split(keys, 2, axis=-1)
    out = [a * np.cos(angle) + b * np.sin(angle), b * np.cos(angle) - a * np.sin(angle)]
    return np.concatenate(out, -1).astype(np.float32)
