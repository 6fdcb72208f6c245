"""One training run in memory: model, optimisers, moving average, checkpoints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stemwright.errors import UsageError
from stemwright.training import averaging
from stemwright.training.codec import checkpoint
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.data import Batch, Crops
from stemwright.training.performer.loss import codebook_losses, head_loss
from stemwright.training.performer.model import Performer


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the training does, beside its budget. `length`: steps of a crop. `noise`: share of wrong input
    codes, see `corrupt`. `falling`: codebook k (from 1) weighs k to the power -`falling`, because the first
    ones carry most of the sound and the last are near to noise. `onset`: what targets weigh where a note
    begins, against all others: there the score alone tells how loud it is, later the past does too.
    `warm_rate`: share of the learning rate that weights from a bundle are trained on with."""

    batch: int = 4
    length: int = 768
    learning_rate: float = 1.5e-3
    warmup_steps: int = 100
    weight_decay: float = 0.1
    clip: float = 1.0
    ema: float = 0.997
    dropout: float = 0.1
    noise: float = 0.1
    falling: float = 1.0
    onset: float = 3.0
    warm_rate: float = 0.6
    valid_crops: int = 64
    valid_minutes: float = 4.0
    patience: int = 6  # measurements without gain before stopping, only in the second half
    compile: bool | None = None  # None: on a CPU, where the budget is worth the wait


@dataclass
class Progress:
    """Where a run stands; saved with the checkpoint."""

    step: int = 0
    seconds: float = 0.0
    best: float = math.inf
    stale: int = 0


class Trainer:
    """Steps, measurements and checkpoints of one performer. `about`: what a checkpoint must agree in,
    beside shapes. `start`: weights to begin with. `peak`: the highest learning rate."""

    def __init__(
        self,
        config: PerformerConfig,
        recipe: Recipe,
        device: torch.device,
        seed: int,
        about: dict[str, str],
        say: Callable[[str], None] = print,
        start: Mapping[str, Tensor] | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.config, self.recipe, self.device, self.seed, self.about, self.say = (
            config,
            recipe,
            device,
            seed,
            about,
            say,
        )
        self.model = Performer(config, recipe.length).to(device)
        self.model.set_steps(recipe.length)
        if start is not None:
            averaging.put(self.model, start)
        self.peak = recipe.learning_rate * (1.0 if start is None else recipe.warm_rate)
        self.average = averaging.copy_of(self.model)
        self.optimisers = self._optimisers()
        self.progress = Progress()
        self.weights = level_weights(config.codebooks, recipe.falling).to(device)
        self.hidden: Callable[..., Tensor] = self.model.hidden
        if recipe.compile or (recipe.compile is None and device.type == "cpu"):
            self.hidden = self._compiled()

    def _compiled(self) -> Callable[..., Tensor]:
        """A compiled forward pass (a quarter faster on a CPU), or the plain one where compiling fails."""
        fast, plain = torch.compile(self.model.hidden), self.model.hidden

        def hidden(*arguments: Any) -> Tensor:
            try:
                return fast(*arguments)
            except (RuntimeError, ImportError, OSError) as error:  # no compiler, or one that cannot
                self.say(f"not compiled ({type(error).__name__}): training without")
                self.hidden = plain
                return plain(*arguments)

        return hidden

    def _optimisers(self) -> list[torch.optim.Optimizer]:
        r = self.recipe
        blocks = [p for k, p in self.model.named_parameters() if k.startswith("blocks.") and p.ndim == 2]
        tables = [p for k, p in self.model.named_parameters() if not k.startswith("blocks.") and p.ndim == 2]
        vectors = [p for p in self.model.parameters() if p.ndim < 2]
        groups = [
            {"params": tables, "weight_decay": r.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        return [
            torch.optim.Muon(
                blocks, lr=r.learning_rate, weight_decay=r.weight_decay, adjust_lr_fn="match_rms_adamw"
            ),
            torch.optim.AdamW(groups, lr=r.learning_rate, betas=(0.9, 0.95), eps=1e-8, fused=True),
        ]

    def autocast(self) -> torch.autocast:
        """bfloat16 for matrix products."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def step(self, batch: Batch, rate: float) -> float:
        """One optimiser step; returns the mean loss of a token (nats), every codebook weighing the same."""
        torch.manual_seed((self.seed << 32) + self.progress.step)
        self.model.train()
        inputs, targets, features = self._tensors(batch)
        with self.autocast():
            hidden = self.hidden(inputs, features, self.recipe.dropout)
        total, losses = head_loss(
            hidden.float().flatten(0, 1),
            self.model.heads,
            targets.flatten(0, 1),
            self.weights,
            self._emphasis(batch),
        )
        (total / len(losses)).backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        if bool(torch.isfinite(norm)):
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = rate
                optimiser.step()
        self.model.zero_grad(set_to_none=True)
        averaging.update(self.average, self.model, self.progress.step, self.recipe.ema)
        self.progress.step += 1
        return float(losses.mean())

    def _emphasis(self, batch: Batch) -> Tensor | None:
        """What each target weighs [B * S, K]."""
        if batch.young is None or self.recipe.onset == 1.0:
            return None
        young = torch.from_numpy(batch.young).to(self.device).flatten(0, 1)
        return torch.where(young, self.recipe.onset, 1.0)

    def _tensors(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        arrays = (batch.inputs, batch.targets, batch.features)
        inputs, targets, features = (torch.from_numpy(a).to(self.device) for a in arrays)
        return inputs, targets, features

    @torch.no_grad()
    def measure(
        self,
        clips: Crops,
        weights: dict[str, Tensor] | None = None,
        exact: bool = False,
        change: Callable[[Batch], None] | None = None,
    ) -> list[float]:
        """Loss per codebook (nats a token) on a set's fixed crops; `exact`: in float32; `change`: edits
        each batch."""
        recipe, books = self.recipe, self.config.codebooks
        sums, counts = torch.zeros(books, device=self.device), torch.zeros(books, device=self.device)
        crops = clips.held_out(recipe.valid_crops, recipe.length)
        with averaging.using(self.model, weights or self.average) as model:
            for start in range(0, len(crops), recipe.batch):
                batch = clips.crops(crops[start : start + recipe.batch], recipe.length)
                if change is not None:
                    change(batch)
                inputs, targets, features = self._tensors(batch)
                with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=not exact):
                    hidden = model.hidden(inputs, features)
                loss, count = codebook_losses(
                    hidden.float().flatten(0, 1), model.heads, targets.flatten(0, 1)
                )
                sums += loss
                counts += count
        return [float(x) for x in sums / counts.clamp(min=1)]

    @torch.no_grad()
    def renew(self, books: Sequence[int]) -> None:
        """Forget the tables of these codebooks: random embeddings and heads, as a new model has them."""
        size = self.config.codebook_size
        for k in books:
            for table, rows in (("embed", size + 1), ("heads", size)):
                part = self.model.get_parameter(table)[k * rows : (k + 1) * rows]
                part.normal_(std=0.02)
                self.average[table][k * rows : (k + 1) * rows] = part

    @torch.no_grad()
    def begin_tables(self, vectors: Tensor) -> None:
        """Let embeddings and heads begin as random projections of the codes' vectors [K, V, latent]: codes
        that sound alike begin alike."""
        for level, codes in enumerate(vectors):
            codes = codes / codes.std().clamp_min(1e-6)
            for table, rows in (
                ("embed", self.config.codebook_size + 1),
                ("heads", self.config.codebook_size),
            ):
                mix = torch.randn(codes.shape[1], self.config.d_model) / codes.shape[1] ** 0.5
                at = slice(level * rows, level * rows + len(codes))
                self.model.get_parameter(table)[at] = 0.02 * codes @ mix
                self.average[table][at] = self.model.get_parameter(table)[at]

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        names = {id(p): k for k, p in self.model.named_parameters()}
        tensors: dict[str, Tensor] = {f"model.{k}": p for k, p in self.model.named_parameters()}
        tensors.update({f"average.{k}": v for k, v in self.average.items()})
        for optimiser in self.optimisers:
            for parameter, state in optimiser.state.items():
                tensors.update({f"optimiser.{names[id(parameter)]}.{k}": v for k, v in state.items()})
        meta = {
            "config": self.config.to_json(),
            "about": self.about,
            "seed": self.seed,
            "progress": asdict(self.progress),
        }
        checkpoint.save(path, tensors, meta)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration, layer and codec."""
        tensors, meta = checkpoint.load(path)
        mine = json.loads(
            json.dumps({"config": self.config.to_json(), "about": self.about, "seed": self.seed})
        )
        for field, value in mine.items():
            if meta.get(field) != value:
                raise UsageError(
                    f"{path}: checkpoint of another {field}: choose another output folder or remove it"
                )
        averaging.put(self.model, {k: tensors[f"model.{k}"] for k in self.average})
        owner = {id(p): o for o in self.optimisers for group in o.param_groups for p in group["params"]}
        for name, parameter in self.model.named_parameters():
            self.average[name].copy_(tensors[f"average.{name}"])
            head = f"optimiser.{name}."
            state = {k[len(head) :]: v.to(self.device) for k, v in tensors.items() if k.startswith(head)}
            if state:
                owner[id(parameter)].state[parameter] = state
        self.progress = Progress(**meta["progress"])


def level_weights(books: int, falling: float) -> Tensor:
    """Weights [K] of the codebooks' losses, 1 at the mean: k to the power -`falling`, k from 1."""
    weights = torch.arange(1, books + 1, dtype=torch.float32) ** -falling
    return weights / weights.mean()


def best_weights(path: Path, device: torch.device) -> dict[str, Tensor]:
    """The averaged weights of a checkpoint."""
    tensors, _ = checkpoint.load(path)
    return {k.removeprefix("average."): v.to(device) for k, v in tensors.items() if k.startswith("average.")}
