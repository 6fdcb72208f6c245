"""Stems as a mix reads them: in pieces, as often as it likes, so that no stem is ever held whole."""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stemwright.mix.limiter import along, grid_step, turned

Audio = NDArray[np.float32]

PIECE_STEPS = 4000
"""Steps of the limiter's grid in a piece: 4 s."""


class Stem(Protocol):
    """A layer's sound: `length` samples of `channels` 1 or 2, at or below full scale."""

    length: int
    channels: int

    def read(self, start: int, stop: int) -> Audio:
        """Samples from and to, within the length: float32 [n], or [n, 2] of 2 channels."""

    def key(self, start: int, stop: int) -> str | None:
        """What decides these samples' bits, in one word; None where nobody knows."""


class Kept(Protocol):
    """Where results are kept for the next mix."""

    def get(self, key: str) -> NDArray[Any] | None:
        """The array under a key (SHA-256, 64 hex digits); None where there is none."""

    def put(self, key: str, array: NDArray[np.floating[Any]]) -> bool:
        """Keep an array; whether there was room for it."""


class ArrayStem:
    """A stem that is there as an array."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self.length, self.channels = len(audio), audio.ndim

    def read(self, start: int, stop: int) -> Audio:
        """A view of it."""
        return self._audio[start:stop]

    def key(self, start: int, stop: int) -> None:
        """Nobody knows."""


class LimitedStem:
    """A stem under a limiter's gain, `edges` on its grid; None: as it is."""

    def __init__(self, stem: Stem, edges: NDArray[np.float64] | None, rate: int) -> None:
        self._stem, self._edges, self._step = stem, edges, grid_step(rate)
        self.length, self.channels = stem.length, stem.channels

    def read(self, start: int, stop: int) -> Audio:
        """The very samples where the limiter does not act."""
        piece = self._stem.read(start, stop)
        if self._edges is None or self._acting(start, stop) is None:
            return piece
        return turned(piece, along(self._edges, start, stop, self._step))

    def key(self, start: int, stop: int) -> str | None:
        """The stem's, and the gain where the limiter acts."""
        key, acting = self._stem.key(start, stop), self._acting(start, stop)
        if key is None or acting is None:
            return key
        return f"{key} {hashlib.sha256(acting.tobytes()).hexdigest()}"

    def _acting(self, start: int, stop: int) -> NDArray[np.float64] | None:
        """The gain around these samples; None where they are not turned down."""
        if self._edges is None:
            return None
        around = self._edges[start // self._step : -(-stop // self._step) + 1]
        return around if (around < 1.0).any() else None


def piece_size(rate: int) -> int:
    """Samples of the pieces in which mixes are made."""
    return PIECE_STEPS * grid_step(rate)


def pieces(length: int, rate: int) -> list[tuple[int, int]]:
    """Where pieces begin and end."""
    size = piece_size(rate)
    return [(start, min(start + size, length)) for start in range(0, length, size)]
