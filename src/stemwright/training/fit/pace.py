"""How a run goes on: the recipe's common part, where the run is, and the learning rate of a step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Pace:
    """What every training does, beside its budget. ``patience``: measurements without gain before it stops,
    in the second half only. ``ema``: the decay of the averaged weights. ``accumulate``: batches of a step,
    for batches larger than memory. ``tensorboard``: event files beside ``log.jsonl``.
    """

    batch: int = 12
    warmup_steps: int = 100
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998
    valid_minutes: float = 4.0
    save_minutes: float = 2.0
    patience: int = 6
    accumulate: int = 1
    tensorboard: bool = False


@dataclass
class Progress:
    """Where a run is; saved with the checkpoint."""

    step: int = 0
    judged: int = 0  # steps with judges
    seconds: float = 0.0
    best: float = math.inf
    best_step: int = 0
    stale: int = 0
    measured: int = -1  # the step of the last measurement
    recent: dict[str, float] = field(default_factory=dict)  # what steps logged of late, in the mean


def learning_rate(pace: Pace, step: int, done: float) -> float:
    """Share of the highest learning rate: linear warm-up by steps, then half a cosine over the budget's share
    ``done`` (0..1), down to a hundredth.
    """
    warm = min(1.0, (step + 1) / pace.warmup_steps)
    return warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
