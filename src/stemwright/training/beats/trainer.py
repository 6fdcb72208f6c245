"""One training run in memory: the loss of steps, and of held-out mixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemwright.errors import UsageError
from stemwright.live.beats.spectrum import with_rise
from stemwright.training.beats.examples import Floats, Heard, example, targets
from stemwright.training.beats.model import BeatModel
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.training_state import Fit


@dataclass(frozen=True)
class Recipe(Pace):
    """What the training does, beside its budget. `length`: frames of an example; `downbeat`: what the
    downbeats' loss counts beside the beats'; `beatless`: share of examples without a beat; `unheard`: frames
    at an example's beginning that do not count; `valid_mixes`: those by which the best weights are chosen;
    `final_mixes`: mixes with and without drums by which the bundle is measured.
    """

    batch: int = 4
    length: int = 2200
    learning_rate: float = 3e-3
    warmup_steps: int = 60
    ema: float = 0.998
    downbeat: float = 0.5
    beatless: float = 0.1
    unheard: int = 50
    valid_mixes: int = 60
    final_mixes: int = 40


class Trainer(Fit):
    """Steps and measurements. `about`: what a checkpoint must agree in, beside shapes; `start`: a bundle's
    tensors to begin with."""

    model: BeatModel
    recipe: Recipe

    def __init__(
        self,
        config: dict[str, Any],
        recipe: Recipe,
        train: list[Heard],
        seed: int,
        about: dict[str, str],
        start: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        torch.manual_seed(seed)
        model = BeatModel(config)
        if start is not None:
            model.begin(start)
        adamw = torch.optim.AdamW(
            model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        identity = {"config": config, **about}
        device = torch.device("cpu")
        super().__init__(model, {"adamw": adamw}, recipe, recipe.learning_rate, device, seed, identity)
        self.config, self.about = config, about
        self.music = [mix for mix in train if len(mix.beats)]
        self.quiet = [mix for mix in train if not len(mix.beats)]
        if not self.music:
            raise UsageError("the mixes for training hold no beats; build them again")

    def batch(self, step: int, size: int) -> tuple[Tensor, Tensor]:
        """Frames [size, length, 2 * bands] and targets [size, length, 2] of a step."""
        rng = np.random.default_rng([self.seed, step])
        quiet = rng.random(size) < (self.recipe.beatless if self.quiet else 0.0)
        groups = [self.quiet if none else self.music for none in quiet.tolist()]
        chosen = [group[int(rng.integers(0, len(group)))] for group in groups]
        made = [example(mix, self.recipe.length, self.config["delay"], rng) for mix in chosen]
        frames, goals = (torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True))
        return frames, goals

    def step(self, batch: tuple[Tensor, Tensor], rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the loss of beats and of downbeats."""
        self.model.train()
        frames, goals = batch
        with self.autocast():
            logits = self.model(frames)
        parts = _losses(logits[:, self.recipe.unheard :], goals[:, self.recipe.unheard :])
        (parts[0] + self.recipe.downbeat * parts[1]).backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return dict(zip(("beat", "downbeat"), parts.detach().tolist(), strict=True))

    @torch.no_grad()
    def measure(self, mixes: list[Heard]) -> tuple[float, float]:
        """The mean loss of beats and of downbeats in whole mixes, by the averaged weights."""
        total, count = torch.zeros(2), 0
        with self.averaged() as model, self.autocast():
            for mix in mixes:
                frames, goal = _undisturbed(mix, self.config["delay"])
                logits = model(torch.from_numpy(frames)[None])
                total += _losses(logits, torch.from_numpy(goal)[None]) * len(frames)
                count += len(frames)
        beat, downbeat = (total / max(1, count)).tolist()
        return beat, downbeat


def _undisturbed(mix: Heard, delay: int) -> tuple[Floats, Floats]:
    goal = targets(len(mix.levels), mix.beats + delay, mix.downbeats)
    return with_rise(mix.levels.astype(np.float32)), goal


def _losses(logits: Tensor, goals: Tensor) -> Tensor:
    """Mean nats [2] of beats and downbeats, a frame."""
    nats = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), goals, reduction="none")
    return nats.mean((0, 1))
