"""What trainings of decoders have in common: the distance of sounds, and judges."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from stemwright.training.codec.config import CodecConfig
from stemwright.training.codec.discriminators import Discriminators, judged, levelled
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.run import Figures, Held
from stemwright.training.fit.training_state import Fit, advance, moments, restore, under

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class FittingPlan(Pace):
    """What a training of a decoder does, beside its budget."""

    frames: int = 75
    warmup_steps: int = 150
    mel: float = 1.0  # weight of the mel distance
    adversary: float = 0.3  # the judges' gradient, relative to that of the reconstruction; 0: no judges
    adversary_from: float = 0.25  # share of the budget that is over when they come
    adversary_steps: int = 300  # in which their word gains weight
    judge_rate: float = 3e-4
    judge_items: int = 6  # of a batch, at most
    valid_count: int = 80
    valid_minutes: float = 3.0
    patience: int = 8


class Fitting(Fit):
    """A network, of which the part ``trained`` is trained, whose last layer is ``head``. Steps take turns
    with the resolutions of the loss, which costs half.
    """

    turns: ClassVar[tuple[tuple[int, ...], ...]] = ((512, 2048), (256, 1024))
    recipe: FittingPlan

    def __init__(
        self,
        model: nn.Module,
        trained: nn.Module,
        head: nn.Linear | nn.Conv1d | nn.Conv2d,
        loss: nn.Module,
        plan: FittingPlan,
        peak: float,
        device: torch.device,
        seed: int,
        identity: dict[str, Any],
    ) -> None:
        model = placed(model, device)
        judges = placed(Discriminators(), device) if plan.adversary else None
        optimisers: dict[str, torch.optim.Optimizer] = {
            "optimiser": _optimiser(trained, peak, plan.weight_decay)
        }
        super().__init__(
            model, optimisers, plan, peak, device, seed, {**identity, "judges": judges is not None}
        )
        self.loss, self.head, self.judges = loss.to(device), head, judges
        if judges is not None:
            self.judge_optimiser = _optimiser(judges, plan.judge_rate, plan.weight_decay)

    def _descend(
        self,
        output: Tensor,
        target: Tensor,
        rate: float,
        done: float,
        beside: Tensor | None = None,
        weight: float = 0.0,
    ) -> dict[str, Tensor]:
        """One optimiser step on the loss of ``output`` and, with ``weight``, on a number ``beside`` it; with
        the judges once the share ``done`` of the budget is over. Returns what to log.
        """
        step = self.progress.step
        heard = output.detach().requires_grad_()
        total, parts = self.loss(heard, target, self.turns[step % len(self.turns)])
        (gradient,) = torch.autograd.grad(total, heard)
        if self._adversary(done):
            wish, judgement = self._judged(target, heard)
            gradient = gradient + self._share(output, gradient, wish) * wish
            parts = {**parts, **judgement}
        ends, gradients = [output], [gradient]
        if beside is not None and beside.requires_grad:
            ends, gradients = [output, beside], [gradient, torch.full_like(beside, weight)]
        torch.autograd.backward(ends, gradients)
        norm = self.moved(rate)
        return {"total": total, "norm": norm, **parts}

    def held(self, figures: Callable[[], Figures], line: Callable[[Figures], str]) -> Held:
        """Held-out figures of the averaged weights; their ``total`` says which are best."""
        with self.averaged():
            found = figures()
        return Held(found["total"], found, line(found))

    def _adversary(self, done: float) -> bool:
        """Whether the judges take part. From their first step on, the best weights are chosen anew: judges
        make a better sound of a worse distance.
        """
        if self.judges is None or done < self.recipe.adversary_from:
            return False
        if self.progress.judged == 0:
            self.progress.best, self.progress.stale = math.inf, 0
        return True

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
        advance([self.judge_optimiser], self.recipe.judge_rate, self.recipe.clip)
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
        """The facts of a checkpoint; older ones name no judges and not all of the configuration."""
        return {**meta, "config": self.config_of(meta), "judges": bool(meta.get("judges"))}

    def config_of(self, meta: dict[str, Any]) -> dict[str, Any]:
        """The configuration that a checkpoint names."""
        return CodecConfig.from_json(meta["config"]).to_json()

    def more_tensors(self) -> dict[str, Tensor]:
        """The judges, and what their optimiser remembers."""
        if self.judges is None:
            return {}
        held = {f"judges.{k}": v for k, v in self.judges.state_dict().items()}
        return {**held, **moments("judge_optimiser", self.judges, self.judge_optimiser)}

    def take(self, tensors: dict[str, Tensor], meta: dict[str, Any]) -> None:
        """The judges of a checkpoint."""
        if self.judges is not None:
            self.judges.load_state_dict(under("judges", tensors))
            restore(self.judge_optimiser, self.judges, under("judge_optimiser", tensors))


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
