"""What a causal layer hears of the past: silence where a whole sound is given, a state where it comes in
blocks.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor


class Line(Protocol):
    """Gives each layer its past, in the order in which layers ask."""

    def before(self, x: Tensor, count: int) -> Tensor:
        """``x`` ``[batch, channels, frames]`` with the ``count`` frames before it."""


class Whole:
    """A sound from its beginning: before it was silence."""

    def before(self, x: Tensor, count: int) -> Tensor:
        """See `Line`."""
        return F.pad(x, (count, 0)) if count else x


class Counted(Whole):
    """As `Whole`; ``size`` becomes the numbers that a state must hold."""

    def __init__(self) -> None:
        self.size = 0

    def before(self, x: Tensor, count: int) -> Tensor:
        """See `Line`."""
        self.size += x.shape[1] * count
        return super().before(x, count)


class Streamed:
    """A sound in blocks: ``state`` ``[1, size]`` is what the block before left."""

    def __init__(self, state: Tensor) -> None:
        self.state, self._at = state, 0
        self._kept: list[Tensor] = []

    def before(self, x: Tensor, count: int) -> Tensor:
        """See `Line`."""
        if not count:
            return x
        channels = int(x.shape[1])
        past = self.state[:, self._at : self._at + channels * count].reshape(1, channels, count)
        self._at += channels * count
        joined = torch.cat((past, x), dim=2)
        self._kept.append(joined[:, :, -count:].reshape(1, channels * count))
        return joined

    def left(self) -> Tensor:
        """The state for the next block."""
        return torch.cat(self._kept, dim=1)
