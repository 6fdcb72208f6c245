"""One training run in memory: model, optimiser, moving average, lanes, checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from stemwright.models.companion_tensors import PARTS
from stemwright.training.companion.event_sequence import Sequence
from stemwright.training.companion.held_out_figures import means, nats
from stemwright.training.companion.lanes import Lanes
from stemwright.training.companion.model import CompanionModel, known_in, random_known, tensors
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.training_state import Fit


@dataclass(frozen=True)
class Recipe(Pace):
    """What the training does, beside its budget. `length`: events of a step in each of `batch` lanes.
    `forget`: share of lanes whose state is emptied before a step, so that a song may begin in its middle.
    `arranged`: songs by the arranger."""

    batch: int = 64
    length: int = 64
    learning_rate: float = 4e-3
    warmup_steps: int = 50
    ema: float = 0.99
    forget: float = 0.05
    arranged: int = 200
    valid_songs: int = 16
    final_songs: int = 160


class Trainer(Fit):
    """Steps and measurements. `about`: what a checkpoint must agree in, beside shapes."""

    model: CompanionModel
    recipe: Recipe

    def __init__(
        self, config: dict[str, Any], recipe: Recipe, lanes: Lanes, seed: int, about: dict[str, str]
    ) -> None:
        torch.manual_seed(seed)
        model = CompanionModel(config)
        adamw = torch.optim.AdamW(
            model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        super().__init__(
            model,
            {"adamw": adamw},
            recipe,
            recipe.learning_rate,
            torch.device("cpu"),
            seed,
            {"config": config, **about},
        )
        self.config, self.lanes, self.about = config, lanes, about
        self.state = model.start(recipe.batch)

    def step(self, batch: None, rate: float, done: float) -> dict[str, float]:
        """One optimiser step on what the lanes play next; the mean nats of each part."""
        generator = torch.Generator().manual_seed((self.seed << 32) + self.draw)
        events, held, at, counts = tensors(self.lanes.batch(self.recipe.length))
        kept = torch.rand(self.recipe.batch, generator=generator) >= self.recipe.forget
        self.model.train()
        context, state = self.model.hear(events[:, :-1], held, at, self.state * kept[:, None])
        known = random_known(tuple(counts.shape), generator)
        losses = self.model.losses(context, events[:, 1:], known) * counts[..., None]
        parts = losses.sum((0, 1)) / counts.sum().clamp(min=1)
        parts.sum().backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        self.state = state.detach()
        return dict(zip(PARTS, parts.detach().tolist(), strict=True))

    def measure(self, songs: list[Sequence], order: str) -> list[float]:
        """Nats an event by part of held-out songs, by the averaged weights, in one order of the parts."""
        with self.averaged():
            return means(nats(self.model, songs, known_in(order)))

    def more(self) -> dict[str, Any]:
        """Where the lanes are."""
        return {"places": self.lanes.places()}

    def more_tensors(self) -> dict[str, Tensor]:
        """What the lanes remember."""
        return {"state": self.state}

    def take(self, tensors: dict[str, Tensor], meta: dict[str, Any]) -> None:
        """The lanes of a checkpoint."""
        self.state = tensors["state"]
        self.lanes.go_to(meta["places"])
