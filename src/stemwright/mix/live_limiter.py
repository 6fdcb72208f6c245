"""The limiter of `mix/limiter.py` for a sound that has no end: what it gives is late by some milliseconds."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.filters import Signal
from stemwright.mix.limiter import (
    LOOK_AHEAD,
    RELEASE_MS,
    along,
    grid_step,
    highest_by_step,
    needed_gain,
    turned,
)
from stemwright.mix.peaks import PeakEnvelope

_PEAKS_STEP = 769
"""With the peak filter's length a block of 1024; at 48 kHz at most 16 ms wait for it."""


class LiveLimiter:
    """Keeps the true peaks of a stereo sound at or below an amplitude, `ceiling`. The pushes' outputs and the
    flush's, joined, are what `limited` makes of the whole, but for rounding: the very samples where they are
    low enough.
    """

    def __init__(self, rate: int, ceiling: float) -> None:
        self._step, self._ceiling = grid_step(rate), ceiling
        self._peaks = [PeakEnvelope(_PEAKS_STEP) for _ in range(2)]
        self._held = np.zeros((0, 2), np.float32)  # samples whose gain is not known yet
        self._highest = np.zeros(0, np.float32)  # of the step that is not over yet
        self._needed = [1.0]  # from the step before the next edge on
        self._asked = -math.inf  # log of what was taken off, as it has faded till now
        self._gains: list[float] = []  # the last LOOK_AHEAD - 1 before smoothing
        self._edge: float | None = None  # the gain where the held samples begin

    def push(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """Add samples [n, 2]; those [m, 2] whose gain is now certain."""
        self._held = np.concatenate([self._held, signal])
        parts = [peaks.push(channel) for peaks, channel in zip(self._peaks, signal.T, strict=True)]
        return self._given(np.maximum.reduce(parts), over=False)

    def flush(self) -> NDArray[np.float32]:
        """The rest; no more can be pushed."""
        return self._given(np.maximum.reduce([peaks.flush() for peaks in self._peaks]), over=True)

    def _given(self, envelope: Signal, over: bool) -> NDArray[np.float32]:
        self._highest = np.concatenate([self._highest, envelope])
        whole = len(self._highest) if over else len(self._highest) // self._step * self._step
        highest = highest_by_step(self._highest[:whole], self._step)
        self._highest = self._highest[whole:]
        self._needed += needed_gain(highest.astype(np.float64), self._ceiling).tolist()
        if over:
            self._needed += [1.0] * (LOOK_AHEAD + 1)
        edges = self._edges()
        if self._edge is not None:
            edges = [self._edge, *edges]
        if not edges:
            return self._held[:0]
        self._edge = edges[-1]
        stop = min(len(self._held), (len(edges) - 1) * self._step)
        out, self._held = self._held[:stop], self._held[stop:]
        if not len(out) or min(edges) == 1.0:
            return out
        return turned(out, along(np.array(edges), 0, stop, self._step))

    def _edges(self) -> list[float]:
        """The gains at the edges of steps that are now certain: see `limiter.limiting_edges`."""
        made = []
        for at in range(len(self._needed) - LOOK_AHEAD - 1):
            held = min(self._needed[at : at + LOOK_AHEAD + 2])
            log = math.log(1.0 - held) if held < 1.0 else -math.inf
            self._asked = max(log, self._asked - 1.0 / RELEASE_MS)
            gain = min(held, 1.0 - math.exp(self._asked))
            recent = [*(self._gains or [gain] * (LOOK_AHEAD - 1)), gain]
            self._gains = recent[1:]
            made.append(sum(recent) / LOOK_AHEAD)
        self._needed = self._needed[len(made) :]
        return made
