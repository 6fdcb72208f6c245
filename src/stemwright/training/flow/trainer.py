"""One training run in memory: flow matching on straight ways from noise to sound (rectified flow,
arXiv 2209.03003; Lipman and others, arXiv 2210.02747).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from stemwright.flow.space import LatentSpace
from stemwright.training.fit import averaging
from stemwright.training.fit.recompute import DeepPace, recompute
from stemwright.training.fit.training_state import Fit
from stemwright.training.flow.config import FlowConfig
from stemwright.training.flow.crops import FlowBatch, Stretches
from stemwright.training.flow.model import FlowModel

TIMES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""At which held-out stretches are measured."""


@dataclass(frozen=True)
class FlowRecipe(DeepPace):
    """What the training does, beside its budget. ``length``: steps of a stretch, 25 a second; ``spread``: of
    the times that are drawn, logistic-normal (arXiv 2403.03206); ``rough``: noise that what is known gets,
    as what was made before is never quite right."""

    batch: int = 8
    length: int = 250
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warmup_steps: int = 200
    ema: float = 0.998
    spread: float = 1.0
    rough: float = 0.1
    valid_count: int = 48


class FlowTrainer(Fit):
    """Steps and measurements. ``start``: weights to begin with."""

    model: FlowModel
    recipe: FlowRecipe

    def __init__(
        self,
        config: FlowConfig,
        space: LatentSpace,
        recipe: FlowRecipe,
        device: torch.device,
        seed: int,
        about: Mapping[str, str],
        start: Mapping[str, Tensor] | None = None,
    ) -> None:
        torch.manual_seed(seed)
        model = FlowModel(config).to(device)
        if start is not None:
            averaging.put(model, start)
        if recipe.gradient_checkpointing:
            recompute(model.blocks)
        identity = {"config": config.to_json(), **about}
        rate = recipe.learning_rate
        super().__init__(model, _optimisers(model, recipe), recipe, rate, device, seed, identity)
        self.config, self.space = config, space

    def step(self, batch: FlowBatch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the mean squared error of velocities."""
        del done
        generator = torch.Generator().manual_seed((self.seed << 32) + self.draw)
        self.model.train()
        recipe, size = self.recipe, len(batch.sound)
        time = torch.sigmoid(recipe.spread * torch.randn(size, generator=generator))
        loss = self._loss(batch, time, generator)
        total = loss.sum() / max(1, int(batch.counted.sum()))
        total.backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {"velocity": float(total.detach())}

    def _loss(self, batch: FlowBatch, time: Tensor, generator: torch.Generator) -> Tensor:
        """The squared error [B, N] of each step's velocity, 0 where it does not count."""
        sound, told, layers, known, counted = (
            torch.from_numpy(each).to(self.device)
            for each in (batch.sound, batch.told, batch.layers, batch.known, batch.counted)
        )
        noise = torch.randn(sound.shape, generator=generator).to(self.device)
        at = time.to(self.device)[:, None].expand(known.shape)
        given = sound + self.recipe.rough * noise
        x = torch.where(known[..., None], given, (1 - at[..., None]) * noise + at[..., None] * sound)
        with self.autocast():
            found = self.model(x, torch.where(known, 1.0, at), told, layers)
        error: Tensor = (found.float() - (sound - noise)).square().mean(-1) * counted
        return error

    @torch.no_grad()
    def measure(self, valid: Stretches) -> list[float]:
        """The error at each of `TIMES` on a set's fixed stretches, by the averaged weights."""
        recipe = self.recipe
        places = valid.held_out(recipe.valid_count, recipe.length)
        sums, count = torch.zeros(len(TIMES)), 0
        with self.averaged():
            for start in range(0, len(places), recipe.batch):
                batch = valid.cut(self.space, places[start : start + recipe.batch], recipe.length)
                count += int(batch.counted.sum())
                for index, time in enumerate(TIMES):
                    generator = torch.Generator().manual_seed(start * len(TIMES) + index)
                    at = torch.full((len(batch.sound),), time)
                    sums[index] += self._loss(batch, at, generator).sum().cpu()
        return [float(value) for value in sums / max(1, count)]


def _optimisers(model: FlowModel, recipe: FlowRecipe) -> dict[str, torch.optim.Optimizer]:
    """Muon for the blocks' matrices (Jordan and others, 2024), AdamW for the rest."""
    rate, decay = recipe.learning_rate, recipe.weight_decay
    named = list(model.named_parameters())
    blocks = [p for k, p in named if k.startswith("blocks.") and k.endswith(".weight")]
    rest = [p for k, p in named if not (k.startswith("blocks.") and k.endswith(".weight"))]
    return {
        "muon": torch.optim.Muon(blocks, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        "adamw": torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    }
