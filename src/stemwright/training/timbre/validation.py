"""How well a timbre plays what was held out of its own instrument, and whether its latent is used."""

from __future__ import annotations

import torch
from torch import Tensor

from stemwright.evaluation.stereo import RESOLUTIONS
from stemwright.models.timbre import HOP
from stemwright.training.fit.run import Figures
from stemwright.training.timbre.sounds import Segments, Sounds, TimbreBatch
from stemwright.training.timbre.trainer import TimbreTrainer

_AT_ONCE = 8


class HeldOut:
    """Segments of what was held out, the same in every run; as many by others, where there are some."""

    def __init__(self, sounds: Sounds, count: int, frames: int) -> None:
        segments = Segments(sounds.held, frames * HOP, twins=sounds.held_twins)
        self.batches = [segments.fixed(count)]
        if sounds.paired:
            self.batches.append(segments.fixed(count, paired=True))

    @torch.no_grad()
    def figures(self, trainer: TimbreTrainer) -> Figures:
        """``total`` and its parts: means of the loss; ``mel``: the project's distance; ``used``: how many
        numbers of the latent are as good as independent."""
        found, latents = [self._means(trainer, batch) for batch in self.batches], []
        for _, heard in found:
            latents += heard
        means = {name: value for figures, _ in found for name, value in figures.items()}
        total = sum(figures["total"] for figures, _ in found)
        return {**means, "total": total, "used": used(torch.cat(latents))}

    def _means(self, trainer: TimbreTrainer, batch: TimbreBatch) -> tuple[Figures, list[Tensor]]:
        """Means of the loss and its parts over a batch, and its latents."""
        rows, latents = [], []
        for first in range(0, len(batch.target), _AT_ONCE):
            given, target = (
                torch.from_numpy(each[first : first + _AT_ONCE]).to(trainer.device)
                for each in (batch.given, batch.target)
            )
            trainer.loss.paired = len(target) if batch.paired else 0
            made, latent = trainer.model(given)
            output, wanted = trainer.heard(made, target)
            total, parts = trainer.loss(output, wanted, tuple(size for size, _ in RESOLUTIONS))
            rows.append({"total": float(total), **{name: float(value) for name, value in parts.items()}})
            latents.append(latent)
        return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}, latents


def used(latents: Tensor) -> float:
    """The participation ratio of latents ``[items, numbers, frames]``: 1 where one direction has all the
    variance, as many as there are where all have the same."""
    flat = latents.transpose(1, 2).reshape(-1, latents.shape[1]).double()
    spread = torch.linalg.eigvalsh(torch.cov(flat.T).reshape(flat.shape[1], -1)).clamp_min(0)
    return float(spread.sum().square() / spread.square().sum().clamp_min(1e-30))


def line(figures: Figures) -> str:
    """The figures on one line."""
    others = f"others {figures['others']:.3f}  " if "others" in figures else ""
    return (
        f"total {figures['total']:.4f}  mel {figures['mel']:.3f}  spectrum {figures['spectrum']:.3f}  "
        f"wave {figures['wave']:.3f}  {others}latent numbers in use {figures['used']:.1f}"
    )
