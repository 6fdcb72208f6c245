"""From noise to sound along the flow: an ordinary differential equation, solved in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, shown

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Velocity = Callable[[Floats, Floats, float], Floats]
"""(x [..., N, S], times [..., N], how far they lead or 0: where they go at the moment) -> velocities of x."""

MAX_STEPS = 100
LEAPS = (1, 2, 4, 8, 16)
"""In how many leaps a flow can be made that has learnt them."""


@dataclass(frozen=True, slots=True)
class FlowSampling:
    """How tokens are made. ``steps`` of the solver; ``guidance``: 1 follows the score as it is told, above it
    more so (arXiv 2207.12598); ``order`` of the solver: 1 is Euler's, 2 the midpoint method, whose steps look
    twice; ``strength``: 1 begins at noise, less begins that far back from what is there (variations);
    ``temperature``: the deviation of the noise that it begins at, below 1 nearer to the usual (as Matcha-TTS,
    arXiv 2309.03199); ``leaps``: steps of a network that has learnt to go so far at once, guided as it was in
    training (arXiv 2410.12557). UsageError names the field."""

    steps: int = 4
    guidance: float = 1.5
    order: int = 1
    strength: float = 1.0
    temperature: float = 1.0
    leaps: bool = False

    def __post_init__(self) -> None:
        if type(self.steps) is not int or not 1 <= self.steps <= MAX_STEPS:
            raise UsageError(f"steps: {shown(self.steps)} is not a whole number from 1 to {MAX_STEPS}")
        if not 0 <= self.guidance <= 10:
            raise UsageError(f"guidance: {shown(self.guidance)} is not from 0 to 10")
        if not 0 < self.strength <= 1:
            raise UsageError(f"strength: {shown(self.strength)} is not above 0 and up to 1")
        if not 0 <= self.temperature <= 2:
            raise UsageError(f"temperature: {shown(self.temperature)} is not from 0 to 2")
        if self.order not in (1, 2):
            raise UsageError(f"order: {shown(self.order)} is neither 1 nor 2")
        if self.leaps and (self.steps not in LEAPS or self.order != 1):
            raise UsageError(f"steps: {self.steps} leaps were not learnt; choose 1, 2, 4, 8 or 16, order 1")

    def numbers(self) -> dict[str, float]:
        """Its fields, as runs keep them."""
        return {name: +value for name, value in asdict(self).items()}


def solved(velocity: Velocity, noise: Floats, there: Floats, known: Bools, sampling: FlowSampling) -> Floats:
    """Steps [..., N, S] at time 1. ``there`` [..., N, S]: what stands already; it stays where ``known``
    [..., N], and is where the rest begins if the strength is below 1."""
    begin, stays = np.float32(1 - sampling.strength), known[..., None]
    x = (1 - begin) * np.float32(sampling.temperature) * noise + begin * there
    x = np.where(stays, there, x).astype(np.float32)
    times = np.linspace(begin, 1, sampling.steps + 1, dtype=np.float32)
    for now, then in pairwise(times):
        span = float(then - now) if sampling.leaps else 0.0
        moved = velocity(x, np.where(known, np.float32(1), now), span)
        if sampling.order == 2:
            middle = np.float32((now + then) / 2)
            half = np.where(stays, x, x + (middle - now) * moved)
            moved = velocity(half, np.where(known, np.float32(1), middle), span)
        x = np.where(stays, x, x + (then - now) * moved)
    return x
