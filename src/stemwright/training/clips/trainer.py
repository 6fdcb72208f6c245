"""One training run in memory: clips against texts by InfoNCE (van den Oord et al., arXiv 1807.03748)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from stemwright.training.clips.material import PairBatch, Pairs
from stemwright.training.clips.model import PairModel
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.training_state import Fit


@dataclass(frozen=True)
class ClipRecipe(Pace):
    """What the training does, beside its budget. `captions`: of each clip; `shortest`, `longest`: seconds of
    a stretch; `noise`: added to latents of unit size; `drop`: share of features that are left out.
    """

    batch: int = 160
    learning_rate: float = 2e-3
    warmup_steps: int = 50
    weight_decay: float = 0.05
    ema: float = 0.99
    valid_minutes: float = 1.0
    captions: int = 32
    shortest: float = 3.0
    longest: float = 10.0
    noise: float = 0.3
    drop: float = 0.2


class ClipTrainer(Fit):
    """Steps and measurements. `about`: what a checkpoint must agree in, beside shapes."""

    model: PairModel
    recipe: ClipRecipe

    def __init__(
        self, model: PairModel, recipe: ClipRecipe, train: Pairs, device: torch.device, seed: int,
        about: Mapping[str, object],
    ) -> None:  # fmt: skip
        model.to(device)
        named = dict(model.named_parameters())
        plain = [p for name, p in named.items() if p.ndim < 2 or "table" in name]
        decayed = [p for name, p in named.items() if not (p.ndim < 2 or "table" in name)]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        adamw = torch.optim.AdamW(
            groups, lr=recipe.learning_rate,
            betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        super().__init__(model, {"adamw": adamw}, recipe, recipe.learning_rate, device, seed, about)
        self.train = train

    def batch(self, step: int, size: int) -> PairBatch:
        """Clips and captions of a step."""
        recipe = self.recipe
        seconds = (recipe.shortest, recipe.longest)
        return self.train.batch(self.seed, step, size, seconds, recipe.drop, recipe.noise)

    def step(self, batch: PairBatch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the loss, nats."""
        del done
        torch.manual_seed((self.seed << 32) + self.draw)
        self.model.train()
        loss = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {"pairs": float(loss.detach()), "sharpness": float(self.model.sharpness().detach())}

    @torch.no_grad()
    def measure(self, held: Pairs) -> float:
        """The mean loss of held-out clips and their captions, by the averaged weights."""
        with self.averaged():
            losses = [
                float(self._loss(held.held_out(number, self.recipe.longest))) for number in range(held.each)
            ]
        return sum(losses) / len(losses)

    def _loss(self, batch: PairBatch) -> Tensor:
        """Of each text, which clips it is true of; of each clip, which texts, those being likelier that few
        clips share: nats beyond what chance leaves open.
        """
        with self.autocast():
            clips = self.model.clips(batch.sound.to(self.device))
        where, weights, starts = (each.to(self.device) for each in batch.texts)
        texts = self.model.texts(where, weights, starts, batch.style.to(self.device))
        products = self.model.sharpness() * (texts @ clips.T)
        joint = batch.true.to(self.device, torch.float32)
        joint = joint / joint.sum(1, keepdim=True)
        return (_excess(products, joint) + _excess(products.T, joint.T)) / 2


def _excess(products: Tensor, joint: Tensor) -> Tensor:
    """The mean divergence (KL) of what the products say from the shares that are right, row by row."""
    right = joint / joint.sum(1, keepdim=True)
    least = torch.special.xlogy(right, right).sum(1)
    excess: Tensor = least - (right * log_softmax(products, 1)).sum(1)
    return excess.mean()
