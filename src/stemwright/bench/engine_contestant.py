"""The engine as a contestant."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.bench.material import inputs, read
from stemwright.bench.sizes import Sizes, step_sizes
from stemwright.native.engine import Engine, State
from stemwright.native.options import choose_isa

PREFILL = 128
"""Steps of filling at once: enough for the speed of matrix products, and little memory."""
DRIFT = 16
"""Positions that a cache shorter than the window grows before it is cut back: around the wanted length."""


class EngineContestant:
    """The engine with one kind of cache, through its Python face."""

    def __init__(self, folder: Path, kv_cache: str) -> None:
        self.config, self._tensors = read(folder)
        self._kv_cache = kv_cache
        self._state: State | None = None
        self._next = 0

    def variants(self, batch: int) -> list[str]:
        """Nothing to choose."""
        return [f"{choose_isa()}, int8 weights, fp32 activations, {self._kv_cache} cache"]

    def open(self, variant: int, batch: int, threads: int, cache: int, most: int) -> Sizes:
        """Pack the weights and begin a state; with a longer cache, go on with the one there is."""
        if self._state is None:
            config = {**self.config, "window": most, "kv_cache": self._kv_cache}
            self._state = Engine(config, self._tensors, threads=threads).state(batch)
            self._tokens, self._features = inputs(config, batch, PREFILL)
        self._turns = cache == most
        self._end = cache if self._turns else cache - DRIFT // 2
        int8 = self._kv_cache == "int8"
        config = {**self.config, "window": cache}
        return step_sizes(config, batch, weight=1, element=1 if int8 else 4, scale=4 if int8 else 0)

    @property
    def state(self) -> State:
        """The state that decodes."""
        assert self._state is not None, "not open"
        return self._state

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """The next position's logits."""
        return self.state.step(tokens, features)

    def fill(self) -> None:
        """Up to `cache`, with the steps of matrix products."""
        while (left := self._end - self.state.position) > 0:
            count = min(left, PREFILL)
            self.state.prefill(self._tokens[:, :count], self._features[:, :count])

    def decode(self) -> None:
        """One step. A full window turns round by itself; in a longer one the state goes back now and then."""
        if not self._turns and self.state.position >= self._end + DRIFT:
            self.state.truncate(self._end)
        self._next = (self._next + 1) % PREFILL
        self.state.step(self._tokens[:, self._next], self._features[:, self._next])
