"""One training run in memory: flow matching on straight ways from noise to sound (rectified flow,
arXiv 2209.03003; Lipman and others, arXiv 2210.02747).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stemwright.conditioning import drop_features
from stemwright.flow.space import STACK, LatentSpace
from stemwright.song.layers import LAYERS
from stemwright.training.fit import averaging
from stemwright.training.fit.compiling import compiled
from stemwright.training.fit.recompute import DeepPace, recompute
from stemwright.training.fit.training_state import Fit
from stemwright.training.flow.config import FlowConfig
from stemwright.training.flow.crops import FlowBatch, Stretches
from stemwright.training.flow.model import FlowModel
from stemwright.training.flow.ways import BLOCKS, Network, Ways, ways

TIMES = (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)
"""At which held-out stretches are measured."""
LEAPS = 5
"""Of a whole way, half of it, and so on: so many sizes of leaps are learnt."""


@dataclass(frozen=True)
class FlowRecipe(DeepPace):
    """What the training does, beside its budget. ``length``: steps of a stretch, 25 a second; ``lean``,
    ``spread``: mean and deviation of the times that are drawn, logistic-normal (arXiv 2403.03206): earlier
    than half way, as what is learnt at the end is lost when sound is quantised; ``rough``: noise that what is
    known gets, as what was made before is never quite right; ``blocks``: share of the batches that are made
    block after block; ``leaps``: share that learns to go far at once, guided by ``guidance``; ``compile``:
    whether torch.compile makes the network, which saves half of the time (None: on a CPU).
    """

    batch: int = 8
    length: int = 250
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    warmup_steps: int = 200
    ema: float = 0.998
    lean: float = -0.7
    spread: float = 1.0
    rough: float = 0.1
    blocks: float = 0.3
    leaps: float = 0.0
    guidance: float = 1.5
    compile: bool | None = None
    valid_count: int = 48

    def weights(self) -> list[float]:
        """How much each of `TIMES` weighs: as often as times near it are drawn. Their sum is 1."""
        logits = [math.log(time / (1 - time)) for time in TIMES]
        far = [((logit - self.lean) / self.spread) ** 2 for logit in logits]
        density = [math.exp(-d / 2) / (time * (1 - time)) for d, time in zip(far, TIMES, strict=True)]
        return [each / sum(density) for each in density]

    def total(self, errors: Sequence[float]) -> float:
        """What `FlowTrainer.measure` found as one number, weighed as in training."""
        at_once = sum(w * error for w, error in zip(self.weights(), errors, strict=False))
        return (1 - self.blocks) * at_once + self.blocks * errors[-1]


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
        say: Callable[[str], None] = print,
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
        self.network: Network = model
        self.averages: Network = _with(self.average, config)
        if recipe.compile or (recipe.compile is None and device.type == "cpu"):
            self.network, self.averages = compiled(model, say), compiled(self.averages, say)
        self.scoreless = _scoreless(config).to(device)

    def step(self, batch: FlowBatch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the mean squared error of velocities."""
        del done
        generator = torch.Generator().manual_seed((self.seed << 32) + self.draw)
        self.model.train()
        recipe = self.recipe
        block = 0
        if float(torch.rand((), generator=generator)) < recipe.blocks:
            block = BLOCKS[int(torch.randint(len(BLOCKS), (), generator=generator))]
        found = ways(batch, recipe.rough, block, self.device, generator)
        if float(torch.rand((), generator=generator)) < recipe.leaps:
            name, error = "leap", self._leap(found, generator)
        else:
            name, error = "blocks" if block else "velocity", self._error(found, self._times(found, generator))
        total = (error * found.counted).sum()
        # By all steps, counted or not: then two batches come to what one of twice the size does.
        (total / error.numel()).backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {name: float(total.detach() / found.counted.sum().clamp(min=1))}

    def _times(self, found: Ways, generator: torch.Generator) -> Tensor:
        """One for each stretch, or each block [B, N]."""
        rows, steps = found.known.shape
        each = found.block or steps
        drawn = torch.randn((rows, -(-steps // each)), generator=generator)
        times = torch.sigmoid(self.recipe.lean + self.recipe.spread * drawn).to(self.device)
        return times.repeat_interleave(each, 1)[:, :steps]

    def _error(self, found: Ways, time: Tensor) -> Tensor:
        """The squared error [B, N] of each step's velocity."""
        with self.autocast():
            made = found.velocities(self.network, found.at(time), time, torch.zeros_like(time))
        return (made - (found.sound - found.noise)).square().mean(-1)

    def _leap(self, found: Ways, generator: torch.Generator) -> Tensor:
        """The squared error [B, N] of leaps beside what two shorter ones of the averaged weights come to
        (shortcut models, arXiv 2410.12557)."""
        span = 2.0 ** -int(torch.randint(LEAPS, (), generator=generator))
        rows, steps = found.known.shape
        time = (torch.rand((rows, 1), generator=generator) / span).floor() * span
        time = time.to(self.device).expand(rows, steps)
        x = found.at(time)
        with torch.no_grad(), self.autocast():
            first = self._short(found, x, time, span / 2)
            second = self._short(found, x + span / 2 * first, time + span / 2, span / 2)
        with self.autocast():
            made = found.velocities(self.network, x, time, torch.full_like(time, span))
        return (made - (first + second) / 2).square().mean(-1)

    def _short(self, found: Ways, x: Tensor, time: Tensor, span: float) -> Tensor:
        """Velocities [B, N, S] of leaps; of the shortest ones, the guided velocity of the moment."""
        now = torch.zeros_like(time)
        if span > 2.0**-LEAPS:
            return found.velocities(self.averages, x, time, now + span)
        told = found.velocities(self.averages, x, time, now)
        plain = found.unsaid(self.scoreless).velocities(self.averages, x, time, now)
        return plain + self.recipe.guidance * (told - plain)

    @torch.no_grad()
    def measure(self, valid: Stretches) -> list[float]:
        """The error at each of `TIMES` on a set's fixed stretches, all at once, by the averaged weights; then
        block after block of `BLOCKS`' middle, over all times as they weigh."""
        recipe, sums, count = self.recipe, torch.zeros(len(TIMES) + 1), 0
        weights = recipe.weights()
        places = valid.held_out(recipe.valid_count, recipe.length)
        with self.averaged():
            for start in range(0, len(places), recipe.batch):
                batch = valid.cut(self.space, places[start : start + recipe.batch], recipe.length)
                count += int(batch.counted.sum())
                for index, time in enumerate(TIMES):
                    generator = torch.Generator().manual_seed(start * len(TIMES) + index)
                    sums[index] += self._held(batch, 0, time, generator)
                    sums[-1] += 2 * weights[index] * self._held(batch, BLOCKS[1], time, generator)
        return [float(value) for value in sums / max(1, count)]

    def _held(self, batch: FlowBatch, block: int, time: float, generator: torch.Generator) -> Tensor:
        found = ways(batch, self.recipe.rough, block, self.device, generator)
        error = self._error(found, torch.full(found.known.shape, time, device=self.device))
        return (error * found.counted).sum().cpu()


def _with(weights: averaging.Weights, config: FlowConfig) -> FlowModel:
    """A network whose weights are these very tensors."""
    model = FlowModel(config).to(next(iter(weights.values())).device)
    for name, parameter in model.named_parameters():
        parameter.data = weights[name]
    return model.requires_grad_(False)


def _scoreless(config: FlowConfig) -> Tensor:
    """Which columns of a step stay without a score, 0 or 1 [layers, 1, 3 * F]."""
    out = torch.ones(config.layers, 1, STACK, config.features)
    for index, layer in enumerate(LAYERS):
        drop_features(out[index], layer, ["score"])
    return out.flatten(2)


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
