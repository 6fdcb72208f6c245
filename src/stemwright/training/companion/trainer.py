"""One training run in memory: model, optimiser, moving average, lanes, checkpoints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stemwright.errors import UsageError
from stemwright.training import averaging
from stemwright.training.codec import checkpoint
from stemwright.training.companion.lanes import Lanes
from stemwright.training.companion.measure import means, nats
from stemwright.training.companion.model import CompanionModel, known_in, random_known, tensors
from stemwright.training.companion.sequence import Sequence
from stemwright.training.performer.trainer import Progress


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the training does, beside its budget. `length`: events of a step in each of `batch` lanes.
    `forget`: share of lanes whose state is emptied before a step, so that a song may begin in its middle.
    `arranged`: songs by the arranger. `patience`: measurements without gain before stopping."""

    batch: int = 64
    length: int = 64
    learning_rate: float = 4e-3
    warmup_steps: int = 50
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.99
    forget: float = 0.05
    arranged: int = 200
    valid_songs: int = 16
    final_songs: int = 160
    patience: int = 6


class Trainer:
    """Steps, measurements and checkpoints. `about`: what a checkpoint must agree in, beside shapes."""

    def __init__(
        self, config: dict[str, Any], recipe: Recipe, lanes: Lanes, seed: int, about: dict[str, str]
    ) -> None:
        torch.manual_seed(seed)
        self.config, self.recipe, self.lanes, self.seed, self.about = config, recipe, lanes, seed, about
        self.model = CompanionModel(config)
        self.average = averaging.copy_of(self.model)
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        self.state = self.model.start(recipe.batch)
        self.progress = Progress()

    def step(self, rate: float) -> list[float]:
        """One optimiser step; returns the mean nats of each part."""
        generator = torch.Generator().manual_seed((self.seed << 32) + self.progress.step)
        events, held, at, counts = tensors(self.lanes.batch(self.recipe.length))
        kept = torch.rand(self.recipe.batch, generator=generator) >= self.recipe.forget
        self.model.train()
        context, state = self.model.hear(events[:, :-1], held, at, self.state * kept[:, None])
        known = random_known(tuple(counts.shape), generator)
        losses = self.model.losses(context, events[:, 1:], known) * counts[..., None]
        parts = losses.sum((0, 1)) / counts.sum().clamp(min=1)
        parts.sum().backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        if bool(torch.isfinite(norm)):
            self.optimiser.param_groups[0]["lr"] = rate
            self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        averaging.update(self.average, self.model, self.progress.step, self.recipe.ema)
        self.state = state.detach()
        self.progress.step += 1
        return [float(x) for x in parts.detach()]

    def measure(self, songs: list[Sequence], order: str) -> list[float]:
        """Nats an event by part of held-out songs, by the averaged weights, in one order of the parts."""
        with averaging.using(self.model, self.average) as model:
            return means(nats(model, songs, known_in(order)))

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        held: dict[str, Tensor] = {"state": self.state}
        for name, parameter in self.model.named_parameters():
            held[f"model.{name}"] = parameter
            held[f"average.{name}"] = self.average[name]
            for key, value in self.optimiser.state.get(parameter, {}).items():
                held[f"optimiser.{name}.{key}"] = value
        meta = {
            "config": self.config,
            "about": self.about,
            "seed": self.seed,
            "progress": asdict(self.progress),
            "places": self.lanes.places(),
        }
        checkpoint.save(path, held, meta)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration, corpus and seed."""
        found, meta = checkpoint.load(path)
        for field, mine in (("config", self.config), ("about", self.about), ("seed", self.seed)):
            if meta.get(field) != mine:
                raise UsageError(
                    f"{path}: checkpoint of another {field}: choose another output folder or remove it"
                )
        averaging.put(self.model, {name: found[f"model.{name}"] for name in self.average})
        for name, parameter in self.model.named_parameters():
            self.average[name].copy_(found[f"average.{name}"])
            head = f"optimiser.{name}."
            state = {key[len(head) :]: value for key, value in found.items() if key.startswith(head)}
            if state:
                self.optimiser.state[parameter] = state
        self.state = found["state"]
        self.progress = Progress(**meta["progress"])
        self.lanes.go_to(meta["places"])


def best_weights(path: Path) -> dict[str, Tensor]:
    """The averaged weights of a checkpoint."""
    found, _ = checkpoint.load(path)
    return {k.removeprefix("average."): v for k, v in found.items() if k.startswith("average.")}
