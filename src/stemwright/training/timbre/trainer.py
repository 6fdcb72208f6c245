"""One step of a timbre's training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from stemwright.evaluation.stereo import RESOLUTIONS
from stemwright.models.timbre import HOP, RATE
from stemwright.training.codec.fitting import Fitting, FittingPlan
from stemwright.training.codec.losses import ReconstructionLoss
from stemwright.training.timbre.config import TimbreConfig
from stemwright.training.timbre.disguise import disguised
from stemwright.training.timbre.model import DELAY, TimbreModel
from stemwright.training.timbre.sounds import TimbreBatch

SIZES = ((256, 13), *RESOLUTIONS)
"""Windows of the spectral loss, and their mel bands."""


@dataclass(frozen=True)
class TimbreRecipe(FittingPlan):
    """What a timbre's training does, beside its budget. ``frames``: latents of a segment; ``edge``: those at
    its beginning that lack their past and are not judged."""

    batch: int = 4
    frames: int = 272
    edge: int = 48
    capacity: int = 16
    latent: int = 16
    learning_rate: float = 1.5e-3
    warm_rate: float = 8e-4  # instead, from a finished bundle
    warmup_steps: int = 100
    mel: float = 1.0  # at 2, from nothing, no phase is learnt
    spectrum: float = 1.0
    wave: float = 1.0
    others: float = 2.0  # of what others play, the mel distance alone
    unit: float = 1.0  # weight of what keeps the latent's numbers apart and of one size
    adversary: float = 0.3
    adversary_from: float = 0.75
    adversary_steps: int = 200
    judge_items: int = 4
    valid_count: int = 32
    ema: float = 0.995


class TimbreLoss(nn.Module):
    """Reconstruction of what is the instrument itself; of the last ``paired`` items, which others play, whose
    phases are their own, the mel distance alone."""

    def __init__(self, recipe: TimbreRecipe) -> None:
        super().__init__()
        self.own = ReconstructionLoss(RATE, recipe.mel, recipe.spectrum, recipe.wave, SIZES)
        self.others = ReconstructionLoss(RATE, recipe.others, 0.0, 0.0, SIZES)
        self.paired = 0

    def forward(
        self, output: Tensor, target: Tensor, sizes: tuple[int, ...] | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """As of `ReconstructionLoss`; ``others``: the mel distance of those."""
        own = len(output) - self.paired
        total, parts = output.new_zeros(()), {}
        if own:
            total, parts = self.own(output[:own], target[:own], sizes)
        if self.paired:
            more, found = self.others(output[own:], target[own:], sizes)
            total, parts = total + more, {**parts, "others": found["mel"]}
        return total, parts


class TimbreTrainer(Fitting):
    """One training run in memory. ``start``: a network to begin with."""

    model: TimbreModel
    recipe: TimbreRecipe
    loss: TimbreLoss
    turns = ((512, 2048), (256, 1024, 4096))

    def __init__(
        self,
        recipe: TimbreRecipe,
        device: torch.device,
        seed: int,
        *,
        start: TimbreModel | None = None,
    ) -> None:
        torch.manual_seed(seed)
        model = start or TimbreModel(TimbreConfig(recipe.capacity, recipe.latent))
        super().__init__(
            model,
            model,
            model.decoder.last.conv,
            TimbreLoss(recipe),
            recipe,
            recipe.learning_rate if start is None else recipe.warm_rate,
            device,
            seed,
            {"config": model.config.to_json()},
        )

    def step(self, batch: TimbreBatch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step, the share ``done`` of the budget being over."""
        torch.manual_seed((self.seed << 32) + self.draw)
        target = torch.from_numpy(batch.target).to(self.device)
        given, gains = disguised(torch.from_numpy(batch.given).to(self.device))
        self.loss.paired = batch.paired
        self.model.train()
        with self.autocast():
            output, latent = self.model(given, gains)
        made = self._descend(*self.heard(output, target), rate, done, unlike_unit(latent), self.recipe.unit)
        made["latent"] = unlike_unit(latent)
        return {name: float(value.detach()) for name, value in made.items()}

    def heard(self, output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """What is judged of both, of one length and place."""
        edge = self.recipe.edge * HOP
        return output[:, edge + DELAY :], target[:, edge:-DELAY]

    def config_of(self, meta: dict[str, Any]) -> dict[str, Any]:
        """See `Fitting`."""
        return TimbreConfig.from_json(meta["config"]).to_json()


def unlike_unit(latent: Tensor) -> Tensor:
    """How far numbers of latents ``[batch, numbers, frames]`` are from mean 0, variance 1 and saying nothing
    of each other: the mean square of what their second moments are off (the terms of VICReg,
    arXiv 2105.04906). Without it some numbers hold all, and others follow them."""
    count = latent.shape[1]
    flat = latent.float().transpose(0, 1).reshape(count, -1)
    moments = flat @ flat.T / flat.shape[1]
    off = moments - torch.eye(count, device=latent.device)
    made: Tensor = off.square().mean() + flat.mean(1).square().mean()
    return made
