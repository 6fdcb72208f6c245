"""One training run in memory: model, optimisers, moving average, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stemwright.training.fit import averaging
from stemwright.training.fit.compiling import compiled
from stemwright.training.fit.recompute import DeepPace, recompute
from stemwright.training.fit.training_state import Fit
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.data import Batch, Crops
from stemwright.training.performer.loss import codebook_losses, head_loss
from stemwright.training.performer.model import PerformerNetwork


@dataclass(frozen=True)
class Recipe(DeepPace):
    """What the training does, beside its budget. `length`: steps of a crop. `noise`: share of wrong input
    codes, see `corrupt`. `falling`: codebook k (from 1) weighs k to the power -`falling`, because the first
    ones carry most of the sound and the last are near to noise. `onset`: what targets weigh where a note
    begins, against all others: there the score alone tells how loud it is, later the past does too.
    `warm_rate`: share of the learning rate that weights from a bundle are trained on with."""

    batch: int = 4
    length: int = 768
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.1
    ema: float = 0.997
    dropout: float = 0.1
    noise: float = 0.1
    falling: float = 1.0
    onset: float = 3.0
    warm_rate: float = 0.6
    valid_crops: int = 64
    compile: bool | None = None  # None: on a CPU, where the budget is worth the wait


class Trainer(Fit):
    """Steps, measurements and checkpoints of one performer. `about`: what a checkpoint must agree in,
    beside shapes. `start`: weights to begin with."""

    model: PerformerNetwork
    recipe: Recipe

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
        model = PerformerNetwork(config, recipe.length).to(device)
        model.set_steps(recipe.length)
        if start is not None:
            averaging.put(model, start)
        if recipe.gradient_checkpointing:
            recompute(model.blocks)
        peak = recipe.learning_rate * (1.0 if start is None else recipe.warm_rate)
        identity = {"config": config.to_json(), **about}
        super().__init__(model, _optimisers(model, recipe), recipe, peak, device, seed, identity)
        self.config, self.about, self.say = config, about, say
        self.weights = level_weights(config.codebooks, recipe.falling).to(device)
        self.hidden: Callable[..., Tensor] = self.model.hidden
        if recipe.compile or (recipe.compile is None and device.type == "cpu"):
            self.hidden = compiled(self.model.hidden, say)

    def step(self, batch: Batch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; `loss`: the mean loss of a token (nats), every codebook weighing the same."""
        torch.manual_seed((self.seed << 32) + self.draw)
        self.model.train()
        total, losses = batch_loss(
            batch, self.hidden, self.model.heads, self.weights, self.recipe, self.device
        )
        (total / len(losses)).backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {"loss": float(losses.mean())}

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
        with averaging.using(self.model, weights or self.average) as model:
            return losses_of(model, clips, self.recipe, self.device, exact, change)

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


def _optimisers(model: PerformerNetwork, recipe: Recipe) -> dict[str, torch.optim.Optimizer]:
    """Muon for the blocks' matrices (Jordan and others, 2024), AdamW for the rest."""
    rate, decay = recipe.learning_rate, recipe.weight_decay
    blocks = [p for k, p in model.named_parameters() if k.startswith("blocks.") and p.ndim == 2]
    tables = [p for k, p in model.named_parameters() if not k.startswith("blocks.") and p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": tables, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
    return {
        "muon": torch.optim.Muon(blocks, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        "adamw": torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), eps=1e-8, fused=True),
    }


def batch_loss(
    batch: Batch,
    hidden: Callable[..., Tensor],
    heads: Tensor,
    weights: Tensor,
    recipe: Recipe,
    device: torch.device,
) -> tuple[Tensor, Tensor]:
    """Of a training batch the weighed loss, summed over codebooks, and each codebook's own (nats a token).
    `hidden`: of codes, features and a dropout the stream that the heads read."""
    inputs, targets, features = tensors_of(batch, device)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        stream = hidden(inputs, features, recipe.dropout)
    emphasis = emphasis_of(batch, recipe.onset, device)
    return head_loss(stream.float().flatten(0, 1), heads, targets.flatten(0, 1), weights, emphasis)


@torch.no_grad()
def losses_of(
    model: PerformerNetwork,
    clips: Crops,
    recipe: Recipe,
    device: torch.device,
    exact: bool = False,
    change: Callable[[Batch], None] | None = None,
) -> list[float]:
    """`Trainer.measure` of any network as it is."""
    books = model.config.codebooks
    sums, counts = torch.zeros(books, device=device), torch.zeros(books, device=device)
    crops = clips.held_out(recipe.valid_crops, recipe.length)
    for start in range(0, len(crops), recipe.batch):
        batch = clips.crops(crops[start : start + recipe.batch], recipe.length)
        if change is not None:
            change(batch)
        inputs, targets, features = tensors_of(batch, device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=not exact):
            hidden = model.hidden(inputs, features)
        loss, count = codebook_losses(hidden.float().flatten(0, 1), model.heads, targets.flatten(0, 1))
        sums += loss
        counts += count
    return [float(x) for x in sums / counts.clamp(min=1)]


def tensors_of(batch: Batch, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, targets and features of a batch on a device."""
    arrays = (batch.inputs, batch.targets, batch.features)
    inputs, targets, features = (torch.from_numpy(a).to(device) for a in arrays)
    return inputs, targets, features


def emphasis_of(batch: Batch, onset: float, device: torch.device) -> Tensor | None:
    """What each target weighs [B * S, K]: `onset` where a note begins; None where all weigh the same."""
    if batch.young is None or onset == 1.0:
        return None
    young = torch.from_numpy(batch.young).to(device).flatten(0, 1)
    return torch.where(young, onset, 1.0)


def level_weights(books: int, falling: float) -> Tensor:
    """Weights [K] of the codebooks' losses, 1 at the mean: k to the power -`falling`, k from 1."""
    weights = torch.arange(1, books + 1, dtype=torch.float32) ** -falling
    return weights / weights.mean()
