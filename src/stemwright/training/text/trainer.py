"""One training run in memory: captions against styles by InfoNCE, and what the teacher says of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from stemwright.training.fit.pace import Pace
from stemwright.training.fit.training_state import Fit
from stemwright.training.text.model import TextModel
from stemwright.training.text.texts import Batch, Texts

Given = tuple[Batch, Tensor, Batch, Tensor]


@dataclass(frozen=True)
class Recipe(Pace):
    """What the training does, beside its budget. `captions`: how many are drawn; `taught`: captions that the
    teacher's head learns from; `valid`: held-out captions; `sharpness`: what products of vectors are
    multiplied by; `drop`: share of features that are left out; `teaching`: what the teacher's texts weigh;
    `doubt`: how much of a text's style is spread over all.
    """

    batch: int = 256
    learning_rate: float = 4e-3
    warmup_steps: int = 50
    ema: float = 0.99
    captions: int = 40000
    taught: int = 6000
    valid: int = 1500
    sharpness: float = 12.0
    drop: float = 0.3
    teaching: float = 1.0
    doubt: float = 0.05


@dataclass(frozen=True, slots=True)
class Material:
    """Texts with the likelihood of each style [texts, styles]: captions, and those of the teacher."""

    captions: Texts
    styles: NDArray[np.float32]
    others: Texts
    likely: NDArray[np.float32]


class Trainer(Fit):
    """Steps and measurements. `about`: what a checkpoint must agree in, beside shapes."""

    model: TextModel
    recipe: Recipe

    def __init__(
        self, config: dict[str, Any], recipe: Recipe, telling: NDArray[np.uint8], train: Material, seed: int,
        about: dict[str, str],
    ) -> None:  # fmt: skip
        torch.manual_seed(seed)
        weights = torch.from_numpy(telling.astype(np.float32) / 255)
        styles = len(config["styles"])
        model = TextModel(config["width"], config["hidden"], config["size"], styles, weights)
        adamw = torch.optim.AdamW(
            model.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        device = torch.device("cpu")
        identity = {"config": config, **about}
        super().__init__(model, {"adamw": adamw}, recipe, recipe.learning_rate, device, seed, identity)
        self.config, self.train = config, train

    def batch(self, step: int, size: int) -> Given:
        """Captions and their styles, other texts and what the teacher says of them, of a step."""
        rng = np.random.default_rng([self.seed, step])
        first = rng.integers(0, len(self.train.captions), size)
        second = rng.integers(0, len(self.train.others), size)
        drop = self.recipe.drop
        return (
            self.train.captions.batch(first, rng, drop), torch.from_numpy(self.train.styles[first]),
            self.train.others.batch(second, rng, drop), torch.from_numpy(self.train.likely[second]),
        )  # fmt: skip

    def step(self, batch: Given, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the loss of captions and of the teacher's texts, nats a text."""
        self.model.train()
        captions, styles, others, likely = batch
        named, taught = self._loss(captions, styles), self._loss(others, likely)
        (named + self.recipe.teaching * taught).backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {"captions": float(named.detach()), "teacher": float(taught.detach())}

    @torch.no_grad()
    def measure(self, held: Material) -> tuple[float, float]:
        """The mean losses of held-out texts, by the averaged weights."""
        with self.averaged():
            parts = []
            for texts, goals in ((held.captions, held.styles), (held.others, held.likely)):
                every = texts.batch(np.arange(len(texts)), None)
                parts.append(float(self._loss(every, torch.from_numpy(goals))))
        return parts[0], parts[1]

    def _loss(self, batch: Batch, goals: Tensor) -> Tensor:
        """InfoNCE: a text beside its style, all other styles being wrong (or as likely as `goals` says)."""
        products = self.model(*batch) @ self.model.named().T
        return cross_entropy(self.recipe.sharpness * products, goals, label_smoothing=self.recipe.doubt)
