"""One step of the codec's training, and all that a checkpoint must hold to go on from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from stemwright.errors import UsageError
from stemwright.training import averaging
from stemwright.training.codec import checkpoint
from stemwright.training.codec.discriminators import Judges, judged, levelled
from stemwright.training.codec.losses import ReconstructionLoss
from stemwright.training.codec.model import CodecConfig, CodecModel

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Recipe:
    """What the training does, beside its budget."""

    batch: int = 12
    frames: int = 75
    learning_rate: float = 1e-3
    warm_rate: float = 7e-4  # instead, from a finished bundle
    warmup_steps: int = 150
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998
    commitment: float = 0.25
    mel: float = 2.0  # weight of the mel distance; at 1 the terms that bind phase make loud bands 5 dB weak
    dropout: float = 0.25  # share of items that keep fewer codebooks
    adversary: float = 0.3  # the judges' gradient, relative to that of the reconstruction; 0: no judges
    adversary_from: float = 0.25  # share of the budget that is over when they come
    adversary_steps: int = 300  # in which their word gains weight
    judge_rate: float = 3e-4
    judge_items: int = 6  # of a batch, at most
    valid_count: int = 80
    valid_minutes: float = 3.0
    save_minutes: float = 2.0
    patience: int = 8  # validations without gain before stopping, only in the last half


@dataclass
class Progress:
    """Where a run stands; saved with the checkpoint."""

    step: int = 0
    judged: int = 0  # steps with judges
    seconds: float = 0.0
    best: float = math.inf
    stale: int = 0


class Trainer:
    """One training run in memory.

    ``start`` is a network to begin with. ``keep_tokens`` is the identity of its tokens where they must stay
    as they are: then only the decoder is trained.
    """

    def __init__(
        self,
        config: CodecConfig,
        recipe: Recipe,
        device: torch.device,
        seed: int,
        *,
        start: CodecModel | None = None,
        keep_tokens: str | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.recipe, self.device, self.seed, self.keep_tokens = recipe, device, seed, keep_tokens
        self.model = _placed(CodecModel(config) if start is None else start, device)
        self.average = averaging.copy_of(self.model)
        self.loss = ReconstructionLoss(mel=recipe.mel).to(device)
        self.trained = self.model.decoder if keep_tokens else self.model
        peak = recipe.learning_rate if start is None else recipe.warm_rate
        self.optimiser = _optimiser(self.trained, peak, recipe.weight_decay)
        self.peak = peak
        self.judges = _placed(Judges(), device) if recipe.adversary else None
        if self.judges is not None:
            self.judge_optimiser = _optimiser(self.judges, recipe.judge_rate, recipe.weight_decay)
        self.progress = Progress()

    def autocast(self) -> torch.autocast:
        """bfloat16 for matrix products and convolutions."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def step(self, audio: np.ndarray, rate: float, *, adversary: bool = False) -> dict[str, float]:
        """One optimiser step on ``[batch, samples]``; with the judges where ``adversary``."""
        step = self.progress.step
        torch.manual_seed((self.seed << 32) + step)
        target = torch.from_numpy(audio).to(self.device)
        quantised, commit, used = self._quantised(target)
        with self.autocast():
            output = self.model.decoder(quantised)
        heard = output.detach().requires_grad_()
        total, parts = self.loss(heard, target, (256, 1024) if step % 2 else (512, 2048))
        (gradient,) = torch.autograd.grad(total, heard)
        if adversary:
            wish, judgement = self._judged(target, heard)
            gradient = gradient + self._share(output, gradient, wish) * wish
            parts = {**parts, **judgement}
        ends, gradients = [output], [gradient]
        if commit.requires_grad:
            ends, gradients = [output, commit], [gradient, torch.full_like(commit, self.recipe.commitment)]
        torch.autograd.backward(ends, gradients)
        norm = _update(self.optimiser, self.trained, rate, self.recipe.clip)
        averaging.update(self.average, self.model, step, self.recipe.ema)
        self.progress.step += 1
        made = {"total": total, "commit": commit, "norm": norm, "used": used.float().mean(), **parts}
        return {k: float(v.detach()) for k, v in made.items()}

    def _quantised(self, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantised latents, commitment loss, codes used by level; no gradients where tokens are kept."""
        self.model.train()
        self.model.quantiser.train(not self.keep_tokens)
        with torch.set_grad_enabled(not self.keep_tokens):
            with self.autocast():
                z = self.model.encoder(target)
            made: tuple[Tensor, Tensor, Tensor] = self.model.quantiser(z.float(), self._levels(len(target)))
        return made

    def _levels(self, batch: int) -> Tensor:
        books = self.model.config.codebooks
        fewer = torch.rand(batch) < self.recipe.dropout
        return torch.where(fewer, torch.randint(1, books + 1, (batch,)), torch.full((batch,), books)).to(
            self.device
        )

    def _judged(self, target: Tensor, heard: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Two judges listen and learn: what they wish of the sound, as a gradient ``[batch, samples]``."""
        assert self.judges is not None
        count = self.recipe.judge_items
        asked = self.judges.pair(self.progress.judged)
        with self.autocast():
            own, fooled, features = judged(asked, *levelled(target[:count], heard[:count]))
        (wish,) = torch.autograd.grad(fooled + 2 * features, heard, retain_graph=True)
        torch.autograd.backward(own, inputs=[p for judge in asked for p in judge.parameters()])
        _update(self.judge_optimiser, self.judges, self.recipe.judge_rate, self.recipe.clip)
        self.progress.judged += 1
        return wish, {"judges": own, "fooled": fooled, "features": features}

    def _share(self, output: Tensor, gradient: Tensor, wish: Tensor) -> Tensor:
        """The weight that gives a wish its share of the reconstruction's gradient, both measured where they
        reach the decoder's last weights (VQGAN, arXiv 2012.09841): in the samples they cannot be compared.
        """
        last = self.model.decoder.head.weight
        own, its = (
            torch.autograd.grad(output, last, g, retain_graph=True)[0].norm() for g in (gradient, wish)
        )
        grown = min(1.0, self.progress.judged / self.recipe.adversary_steps)
        share: Tensor = self.recipe.adversary * grown * own / its.clamp_min(1e-12)
        return share

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors.update({f"average.{k}": v for k, v in self.average.items()})
        tensors.update(_moments("optimiser", self.model, self.optimiser))
        if self.judges is not None:
            tensors.update({f"judges.{k}": v for k, v in self.judges.state_dict().items()})
            tensors.update(_moments("judge_optimiser", self.judges, self.judge_optimiser))
        meta = {
            "config": self.model.config.to_json(), "progress": self.progress.__dict__, "seed": self.seed,
            "keep_tokens": self.keep_tokens, "judges": self.judges is not None,
        }  # fmt: skip
        checkpoint.save(path, tensors, meta)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration."""
        tensors, meta = checkpoint.load(path)
        same = (self.model.config, self.keep_tokens, self.judges is not None)
        if (
            CodecConfig.from_json(meta["config"]),
            meta.get("keep_tokens"),
            meta.get("judges", False),
        ) != same:
            raise UsageError(f"{path}: checkpoint of another configuration; choose another output folder")
        self.model.load_state_dict(_under("model", tensors))
        for name, value in _under("average", tensors).items():
            self.average[name].copy_(value)
        _restore(self.optimiser, self.model, _under("optimiser", tensors))
        if self.judges is not None:
            self.judges.load_state_dict(_under("judges", tensors))
            _restore(self.judge_optimiser, self.judges, _under("judge_optimiser", tensors))
        self.progress = Progress(**meta["progress"])


def _placed(module: M, device: torch.device) -> M:
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _optimiser(module: nn.Module, rate: float, decay: float) -> torch.optim.AdamW:
    """AdamW; matrices and convolutions decay, the rest does not."""
    groups = [
        {"params": [p for p in module.parameters() if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in module.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.8, 0.98), eps=1e-8, fused=True)


def _update(optimiser: torch.optim.AdamW, module: nn.Module, rate: float, clip: float) -> Tensor:
    """Clip, step (not where a gradient is no number), clear. The gradient's norm."""
    for group in optimiser.param_groups:
        group["lr"] = rate
    norm = torch.nn.utils.clip_grad_norm_(module.parameters(), clip)
    if bool(torch.isfinite(norm)):
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return norm


def _moments(prefix: str, module: nn.Module, optimiser: torch.optim.AdamW) -> dict[str, Tensor]:
    names = {id(p): k for k, p in module.named_parameters()}
    return {
        f"{prefix}.{names[id(p)]}:{k}": v for p, state in optimiser.state.items() for k, v in state.items()
    }


def _restore(optimiser: torch.optim.AdamW, module: nn.Module, moments: dict[str, Tensor]) -> None:
    """Moments in the memory layout of their weights: the fused optimiser walks both as they lie."""
    parameters = dict(module.named_parameters())
    for name, value in moments.items():
        of, _, kind = name.rpartition(":")
        weight = parameters[of]
        like = torch.empty_like(weight) if value.shape == weight.shape else value.to(weight.device)
        optimiser.state[weight][kind] = like.copy_(value)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix.``, without it."""
    return {k.removeprefix(f"{prefix}."): v for k, v in tensors.items() if k.startswith(f"{prefix}.")}
