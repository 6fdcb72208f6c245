"""What training runs of decoders have in common: judged steps, averaged weights, and all that a checkpoint
must hold to go on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from stemwright.errors import UsageError
from stemwright.training import averaging
from stemwright.training.codec import checkpoint
from stemwright.training.codec.discriminators import Judges, judged, levelled
from stemwright.training.codec.model import CodecConfig

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Plan:
    """What a training does, beside its budget."""

    batch: int = 12
    frames: int = 75
    warmup_steps: int = 150
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998
    mel: float = 1.0  # weight of the mel distance
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


class Fitting:
    """One training run in memory: a network, of which a part is trained, whose last layer is ``head``.

    ``identity``: plain facts that a checkpoint must agree with to be gone on from, ``config`` among them.
    Steps take turns with the resolutions of the loss, which costs half.
    """

    turns: ClassVar[tuple[tuple[int, ...], ...]] = ((512, 2048), (256, 1024))

    def __init__(
        self,
        model: nn.Module,
        trained: nn.Module,
        head: nn.Linear | nn.Conv2d,
        loss: nn.Module,
        plan: Plan,
        peak: float,
        device: torch.device,
        seed: int,
        identity: dict[str, Any],
    ) -> None:
        self.recipe, self.device, self.seed, self.peak = plan, device, seed, peak
        self.model = placed(model, device)
        self.average = averaging.copy_of(self.model)
        self.loss = loss.to(device)
        self.trained, self.head = trained, head
        self.optimiser = _optimiser(trained, peak, plan.weight_decay)
        self.judges = placed(Judges(), device) if plan.adversary else None
        if self.judges is not None:
            self.judge_optimiser = _optimiser(self.judges, plan.judge_rate, plan.weight_decay)
        self.progress = Progress()
        self.identity = {**identity, "judges": self.judges is not None}

    def autocast(self) -> torch.autocast:
        """bfloat16 for matrix products and convolutions."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def _descend(
        self,
        output: Tensor,
        target: Tensor,
        rate: float,
        adversary: bool,
        beside: Tensor | None = None,
        weight: float = 0.0,
    ) -> dict[str, Tensor]:
        """One optimiser step on the loss of ``output`` and, with ``weight``, on a number ``beside`` it; with
        the judges where ``adversary``. Returns what to log.
        """
        step = self.progress.step
        heard = output.detach().requires_grad_()
        total, parts = self.loss(heard, target, self.turns[step % len(self.turns)])
        (gradient,) = torch.autograd.grad(total, heard)
        if adversary:
            wish, judgement = self._judged(target, heard)
            gradient = gradient + self._share(output, gradient, wish) * wish
            parts = {**parts, **judgement}
        ends, gradients = [output], [gradient]
        if beside is not None and beside.requires_grad:
            ends, gradients = [output, beside], [gradient, torch.full_like(beside, weight)]
        torch.autograd.backward(ends, gradients)
        norm = self._moved(rate)
        return {"total": total, "norm": norm, **parts}

    def descend(self, total: Tensor, rate: float) -> Tensor:
        """One optimiser step on a loss, without judges; returns the gradient's norm."""
        total.backward()  # type: ignore[no-untyped-call]
        return self._moved(rate)

    def _moved(self, rate: float) -> Tensor:
        """The optimiser's step on gradients that are there, counted; returns their norm."""
        norm = _update(self.optimiser, self.trained, rate, self.recipe.clip)
        averaging.update(self.average, self.model, self.progress.step, self.recipe.ema)
        self.progress.step += 1
        return norm

    def _heard_by(self, audio: Tensor) -> Tensor:
        """The sound ``[items, samples]`` that judges hear."""
        return audio

    def _judged(self, target: Tensor, heard: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Two judges listen and learn: what they wish of the sound, as a gradient."""
        assert self.judges is not None
        count = self.recipe.judge_items
        asked = self.judges.pair(self.progress.judged)
        with self.autocast():
            own, fooled, features = judged(
                asked, *levelled(self._heard_by(target[:count]), self._heard_by(heard[:count]))
            )
        (wish,) = torch.autograd.grad(fooled + 2 * features, heard, retain_graph=True)
        torch.autograd.backward(own, inputs=[p for judge in asked for p in judge.parameters()])
        _update(self.judge_optimiser, self.judges, self.recipe.judge_rate, self.recipe.clip)
        self.progress.judged += 1
        return wish, {"judges": own, "fooled": fooled, "features": features}

    def _share(self, output: Tensor, gradient: Tensor, wish: Tensor) -> Tensor:
        """The weight that gives a wish its share of the reconstruction's gradient, both measured where they
        reach the decoder's last weights (VQGAN, arXiv 2012.09841): in the samples they cannot be compared.
        """
        last = self.head.weight
        own, its = (
            torch.autograd.grad(output, last, g, retain_graph=True)[0].norm() for g in (gradient, wish)
        )
        grown = min(1.0, self.progress.judged / self.recipe.adversary_steps)
        share: Tensor = self.recipe.adversary * grown * own / its.clamp_min(1e-12)
        return share

    def settings(self, meta: dict[str, Any]) -> dict[str, Any]:
        """The configuration that a checkpoint names, as `identity` has it."""
        return CodecConfig.from_json(meta["config"]).to_json()

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors.update({f"average.{k}": v for k, v in self.average.items()})
        tensors.update(_moments("optimiser", self.model, self.optimiser))
        if self.judges is not None:
            tensors.update({f"judges.{k}": v for k, v in self.judges.state_dict().items()})
            tensors.update(_moments("judge_optimiser", self.judges, self.judge_optimiser))
        checkpoint.save(
            path, tensors, {**self.identity, "progress": self.progress.__dict__, "seed": self.seed}
        )

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same configuration."""
        tensors, meta = checkpoint.load(path)
        facts = {name: meta.get(name) for name in self.identity}
        facts |= {"config": self.settings(meta), "judges": bool(meta.get("judges"))}
        if facts != self.identity:
            raise UsageError(f"{path}: checkpoint of another configuration; choose another output folder")
        self.model.load_state_dict(_under("model", tensors))
        for name, value in _under("average", tensors).items():
            self.average[name].copy_(value)
        _restore(self.optimiser, self.model, _under("optimiser", tensors))
        if self.judges is not None:
            self.judges.load_state_dict(_under("judges", tensors))
            _restore(self.judge_optimiser, self.judges, _under("judge_optimiser", tensors))
        self.progress = Progress(**meta["progress"])


def placed(module: M, device: torch.device) -> M:
    """The module on a device, in the layout that is fast there."""
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
