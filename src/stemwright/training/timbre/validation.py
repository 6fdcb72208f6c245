"""How well a timbre plays what was held out of its own instrument, and whether its latent is used."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from stemwright.evaluation.stereo import RESOLUTIONS
from stemwright.models.timbre import HOP
from stemwright.training.fit.run import Figures
from stemwright.training.timbre.sounds import Segments, Sound
from stemwright.training.timbre.trainer import TimbreTrainer

_AT_ONCE = 8


class HeldOut:
    """Segments of what was held out, the same in every run."""

    def __init__(self, sounds: Sequence[Sound], count: int, frames: int) -> None:
        self.target = torch.from_numpy(Segments(sounds, frames * HOP).fixed(count))

    @torch.no_grad()
    def figures(self, trainer: TimbreTrainer) -> Figures:
        """``total`` and its parts: means of the loss; ``mel``: the project's distance; ``used``: how many
        numbers of the latent are as good as independent."""
        model, rows, latents = trainer.model, [], []
        for first in range(0, len(self.target), _AT_ONCE):
            target = self.target[first : first + _AT_ONCE].to(trainer.device)
            made, latent = model(target)
            output, wanted = trainer.heard(made, target)
            total, parts = trainer.loss(output, wanted, tuple(size for size, _ in RESOLUTIONS))
            rows.append({"total": float(total), **{name: float(value) for name, value in parts.items()}})
            latents.append(latent)
        means = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
        return {**means, "used": used(torch.cat(latents))}


def used(latents: Tensor) -> float:
    """The participation ratio of latents ``[items, numbers, frames]``: 1 where one direction has all the
    variance, as many as there are where all have the same."""
    flat = latents.transpose(1, 2).reshape(-1, latents.shape[1]).double()
    spread = torch.linalg.eigvalsh(torch.cov(flat.T).reshape(flat.shape[1], -1)).clamp_min(0)
    return float(spread.sum().square() / spread.square().sum().clamp_min(1e-30))


def line(figures: Figures) -> str:
    """The figures on one line."""
    return (
        f"total {figures['total']:.4f}  mel {figures['mel']:.3f}  spectrum {figures['spectrum']:.3f}  "
        f"wave {figures['wave']:.3f}  latent numbers in use {figures['used']:.1f}"
    )
