"""One personal style in training: the adapter's weights, their optimiser, what is measured."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from stemwright.models import Bundle
from stemwright.training.fit import averaging
from stemwright.training.fit.recompute import recompute
from stemwright.training.fit.training_state import Fit
from stemwright.training.performer.data import Batch, Crops
from stemwright.training.performer.export import load_performer
from stemwright.training.performer.trainer import (
    Recipe,
    batch_loss,
    level_weights,
    losses_of,
)
from stemwright.training.personal.adapters import Adapters


@dataclass(frozen=True)
class StyleRecipe(Recipe):
    """A performer's recipe for few weights and little sound. `most`: how much more the base's own data may
    cost, as a share of what it cost; an adapter that costs more is made milder."""

    batch: int = 4
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_steps: int = 20
    ema: float = 0.98
    dropout: float = 0.05
    valid_crops: int = 16
    valid_minutes: float = 1.5
    patience: int = 4
    rank: int = 8
    most: float = 0.008


class StyleTrainer(Fit):
    """Steps and checkpoints of an adapter beside the dequantised int8 weights of a performer (the idea of
    QLoRA, arXiv 2305.14314): it learns with the very roundings that it will be heard with."""

    model: Adapters
    recipe: StyleRecipe

    def __init__(self, bundle: Bundle, recipe: StyleRecipe, device: torch.device, seed: int) -> None:
        torch.manual_seed(seed)
        self.network = load_performer(bundle, recipe.length)
        model = Adapters(self.network, recipe.rank)
        if recipe.gradient_checkpointing:
            recompute(self.network.blocks)
        self.network.to(device)
        self.network.set_steps(recipe.length)
        rate, decay = recipe.learning_rate, recipe.weight_decay
        optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.95), weight_decay=decay)
        identity = {"base": bundle.sha256, "rank": recipe.rank}
        super().__init__(model, {"adamw": optimiser}, recipe, rate, device, seed, identity)
        self.weights = level_weights(self.network.config.codebooks, recipe.falling).to(device)

    def step(self, batch: Batch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; `loss`: the mean loss of a token (nats), every codebook weighing the same."""
        torch.manual_seed((self.seed << 32) + self.draw)
        self.network.train()
        network = self.network
        total, losses = batch_loss(
            batch, network.hidden, network.heads, self.weights, self.recipe, self.device
        )
        (total / len(losses)).backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {"loss": float(losses.mean())}

    def measure(self, clips: Crops, weights: averaging.Weights | None = None) -> list[float]:
        """Loss per codebook (nats a token) on a set's fixed crops, of the averaged weights or of these."""
        with averaging.using(self.model, weights or self.average):
            self.network.eval()
            return losses_of(self.network, clips, self.recipe, self.device)

    def weighed(self, losses: list[float]) -> float:
        """One number of them, weighed as in training."""
        return float(sum(w * x for w, x in zip(self.weights.tolist(), losses, strict=True))) / len(losses)
