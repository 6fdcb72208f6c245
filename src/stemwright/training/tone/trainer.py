"""One step of the tone codec's training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from stemwright.codec.tone.tuning import Tuning
from stemwright.training.codec.fitting import Fitting, FittingPlan
from stemwright.training.tone import losses
from stemwright.training.tone.batch import PLAYED, Batch, Crop, Items
from stemwright.training.tone.model import ToneConfig, ToneModel
from stemwright.training.tone.torch_synth import HOP, Rest, VoiceTables, synthesize

EDGE_FRAMES = 4
"""Frames at either end of a crop that the loss does not hear."""
TURNS = ((1024, 4096), (512, 2048, 8192))


@dataclass(frozen=True)
class Recipe(FittingPlan):
    """What the training does, beside its budget."""

    batch: int = 10
    frames: int = 96
    warmup_steps: int = 40
    ema: float = 0.995
    adversary: float = 0.0
    learning_rate: float = 1.5e-3
    warm_rate: float = 8e-4
    commitment: float = 0.02
    slowness: float = 0.05
    calm: float = 2.0  # weight of the unrest of held partials
    fewer: float = 0.4  # share of items that keep fewer codebooks
    slips: float = 0.12  # share of frames, in half of the items, that stand where a neighbour should
    valid_count: int = 8  # crops a layer
    valid_minutes: float = 5.0
    patience: int = 1000


class Trainer(Fitting):
    """One training run in memory. ``keep_tokens``: the identity of the tokens where they must stay as they
    are; then only the decoder is trained.
    """

    model: ToneModel
    recipe: Recipe

    def __init__(
        self,
        config: ToneConfig,
        tuning: Tuning,
        recipe: Recipe,
        device: torch.device,
        seed: int,
        *,
        start: ToneModel | None = None,
        keep_tokens: str | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.keep_tokens = keep_tokens
        model = ToneModel(config) if start is None else start
        super().__init__(
            model,
            model.decoder if keep_tokens else model,
            model.decoder.envelope,
            losses.ToneLoss(),
            recipe,
            recipe.learning_rate if start is None else recipe.warm_rate,
            device,
            seed,
            {"config": config.to_json(), "keep_tokens": keep_tokens},
        )
        self.tables, self.rest = VoiceTables(tuning), Rest()

    def config_of(self, meta: dict[str, Any]) -> dict[str, Any]:
        """The configuration that a checkpoint names."""
        return dict(meta["config"])

    def step(self, batch: Batch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step."""
        torch.manual_seed((self.seed << 32) + self.draw)
        quantised, commit, used, slow = self._quantised(batch)
        noise = torch.randn(batch.sound.shape)
        with self.autocast():
            output, unrest = synthesize(
                self.model.decoder, self._slipped(quantised), batch, self.tables, self.rest, noise
            )
        inside = slice(EDGE_FRAMES * HOP, -EDGE_FRAMES * HOP)
        made, want = self._ears(output[..., inside]), self._ears(batch.sound[..., inside])
        struck = batch.attacks.strokes(batch.sound.shape)[..., inside]
        step = self.progress.step
        total, parts = self.loss(made, want, batch.layers, TURNS[step % len(TURNS)], struck)
        aside = 0.0 if self.keep_tokens else self.recipe.commitment * commit + self.recipe.slowness * slow
        (total + aside + self.recipe.calm * unrest).backward()
        norm = self.moved(rate)
        shown = {
            "total": total,
            "norm": norm,
            **parts,
            "commit": commit,
            "slow": slow,
            "unrest": unrest,
            "used": used.float().mean(),
        }
        return {k: float(v.detach()) for k, v in shown.items()}

    def _ears(self, sound: Tensor) -> Tensor:
        """Middle and side, or, every other pair of steps, left and right."""
        if self.progress.step // 2 % 2 == 0:
            return sound
        return torch.stack([sound[:, 0] + sound[:, 1], sound[:, 0] - sound[:, 1]], 1)

    def _quantised(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Quantised latents, commitment, codes used, and how much latents move where no note begins."""
        self.model.train()
        self.model.quantiser.train(not self.keep_tokens)
        with torch.no_grad():
            spectra = self.model.spectra(batch.heard)
        with torch.set_grad_enabled(not self.keep_tokens):
            with self.autocast():
                z = self.model.encoder(spectra)
            z = z.float()
            quantised, commit, used = self.model.quantiser(z, self._levels(len(z)))
            if batch.played is not None:
                quantised = self._performed(quantised, batch.played)
            moved = (z[:, 1:] - z[:, :-1]).square().mean(-1) / (z.detach().var((0, 1)).mean() + 1e-6)
            held = 1.0 - batch.told[:, 1:, -5]  # the nearness of the latest onset
            slow = (moved.clamp(max=1.0) * held).mean()
        return quantised, commit, used, slow

    def _performed(self, quantised: Tensor, played: Tensor) -> Tensor:
        """The latents of a performer's tokens, for the items that have them."""
        own = self.model.quantiser.decode(played.clamp(min=0)).float()
        return torch.where(played[:, :1, :1] >= 0, own, quantised)

    def _levels(self, batch: int) -> Tensor:
        books = self.model.config.codebooks
        fewer = torch.rand(batch) < self.recipe.fewer
        return torch.where(fewer, torch.randint(1, books + 1, (batch,)), torch.full((batch,), books))

    def _slipped(self, z: Tensor) -> Tensor:
        """Some frames replaced by near ones, as a performer may err."""
        items, frames, _ = z.shape
        hit = (torch.rand(items, frames) < self.recipe.slips) & (torch.rand(items) < 0.5)[:, None]
        source = (torch.arange(frames)[None] + torch.randint(-2, 3, (items, frames))).clamp(0, frames - 1)
        return torch.where(hit[..., None], torch.gather(z, 1, source[..., None].expand_as(z)), z)


class HeldOut:
    """Fixed crops, and the distances that a network has there."""

    def __init__(self, items: Items, count: int) -> None:
        self.crops = items.held_out(count)
        self.items = items

    @torch.no_grad()
    def figures(self, trainer: Trainer) -> dict[str, Any]:
        """Terms of the loss by layer with all codebooks, the mel distance with fewer, and by layer terms of a
        performer's tokens, where there are some; ``total``, by which the best weights are chosen: the loss,
        with the share of those that training has.
        """
        sums: dict[str, float] = {}
        for layer in dict.fromkeys(crop.item.layer for crop in self.crops):
            own = [crop for crop in self.crops if crop.item.layer == layer]
            for first in range(0, len(own), 4):
                crops = own[first : first + 4]
                share = len(crops) / len(self.crops)
                for name, value in self._of(trainer, crops, self.crops.index(crops[0])).items():
                    of_layer = name.startswith(layer)
                    _add(sums, name, value * (len(crops) / len(own) if of_layer else share))
        return sums

    def _of(self, trainer: Trainer, crops: list[Crop], number: int) -> dict[str, float]:
        """The figures of some crops of one layer."""
        model = trainer.model
        books, layer = model.config.codebooks, crops[0].item.layer
        batch = self.items.collate(crops)
        codes = model.encode(batch.heard)
        found: dict[str, float] = {}
        for kept in sorted({1, 2, books}):
            total, parts, side = self._distance(trainer, codes[:, :kept], batch, number)
            if kept < books:
                found[f"mel{kept}"] = parts["mel"]
                continue
            found |= {"total": total, "side": side}
            found |= {f"{layer}.{name}": value for name, value in parts.items()}
        if all(crop.played for crop in crops):
            assert batch.played is not None
            total, parts, _ = self._distance(trainer, batch.played, batch, number)
            found["total"] += PLAYED * (total - found["total"])
            found |= {f"{layer}.played_{name}": parts[name] for name in ("mel", "level", "attack")}
        return found

    def _distance(
        self, trainer: Trainer, codes: Tensor, batch: Batch, number: int
    ) -> tuple[float, dict[str, float], float]:
        """Of codes [B, K', T]: the loss of the middle, its terms, and the mel distance of the side."""
        noise = torch.randn(batch.sound.shape, generator=torch.Generator().manual_seed(number))
        z = trainer.model.quantiser.decode(codes)
        sound, _ = synthesize(trainer.model.decoder, z, batch, trainer.tables, trainer.rest, noise)
        sizes = [n for n, _ in losses.RESOLUTIONS]
        struck = batch.attacks.strokes(batch.sound.shape)
        total, parts = trainer.loss(sound[:, :1], batch.sound[:, :1], batch.layers, sizes, struck)
        apart = trainer.loss(sound[:, 1:], batch.sound[:, 1:], batch.layers, sizes, struck)[1]["mel"]
        return float(total), {name: float(value) for name, value in parts.items()}, float(apart)


def _add(sums: dict[str, float], name: str, value: float) -> None:
    sums[name] = sums.get(name, 0.0) + value


def line(figures: dict[str, Any]) -> str:
    """One line of the figures."""
    return "  ".join(f"{k} {v:.3f}" for k, v in figures.items())
