"""A training run in memory: network, optimisers, averaged weights, and all that a checkpoint must hold to go
on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from stemwright.errors import UsageError
from stemwright.training.fit import averaging, checkpoint
from stemwright.training.fit.pace import Pace, Progress
from stemwright.training.fit.parallel import mean_gradients

Optimisers = dict[str, torch.optim.Optimizer]


class Fit:
    """``optimisers`` are those of ``model``, by name. ``identity``: plain facts that a checkpoint must agree
    in to be gone on from; the seed is one more. ``peak``: the highest learning rate. ``draw``: the number of
    the batch at hand, from which what is random in a step is drawn: the step's own, where a step has one
    batch and the run one process.
    """

    recipe: Pace

    def __init__(
        self,
        model: nn.Module,
        optimisers: Optimisers,
        recipe: Pace,
        peak: float,
        device: torch.device,
        seed: int,
        identity: Mapping[str, Any],
    ) -> None:
        self.model, self.optimisers, self.recipe, self.peak = model, optimisers, recipe, peak
        self.device, self.seed = device, seed
        self.average = averaging.copy_of(model)
        self.progress = Progress()
        self.draw, self._waiting = 0, 0
        self.identity = {**json.loads(json.dumps(dict(identity))), "seed": seed}

    def autocast(self) -> torch.autocast:
        """bfloat16 for matrix products and convolutions."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def averaged(self) -> AbstractContextManager[nn.Module]:
        """The model with its averaged weights for a while, ready to be measured."""
        return averaging.using(self.model, self.average)

    def moved(self, rate: float) -> Tensor:
        """The optimisers' step on gradients that are there, counted; returns their norm. Where a step has
        several batches, nothing moves before the last one."""
        self._waiting += 1
        if self._waiting < self.recipe.accumulate:
            return torch.zeros(())
        self._waiting = 0
        norm = advance(list(self.optimisers.values()), rate, self.recipe.clip, self.recipe.accumulate)
        averaging.update(self.average, self.model, self.progress.step, self.recipe.ema)
        self.progress.step += 1
        return norm

    def save(self, path: Path) -> None:
        """Everything needed to go on."""
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        tensors.update({f"average.{k}": v for k, v in self.average.items()})
        for name, optimiser in self.optimisers.items():
            tensors.update(moments(name, self.model, optimiser))
        meta = {**self.identity, "progress": self.progress.__dict__, **self.more()}
        checkpoint.save(path, {**tensors, **self.more_tensors()}, meta)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. UsageError where it is of another network, data or seed."""
        tensors, meta = checkpoint.load(path)
        facts = self.settings(meta)
        for name in sorted({*facts, *self.identity} - {"progress", *self.more()}):
            if facts.get(name) != self.identity.get(name):
                raise UsageError(
                    f"{path}: checkpoint of another {name}: choose another output folder or remove it"
                )
        self.model.load_state_dict(under("model", tensors))
        for name, value in under("average", tensors).items():
            self.average[name].copy_(value)
        for name, optimiser in self.optimisers.items():
            restore(optimiser, self.model, under(name, tensors))
        self.progress = Progress(**meta["progress"])
        self.take(tensors, meta)

    def settings(self, meta: dict[str, Any]) -> dict[str, Any]:
        """The facts of a checkpoint, as ``identity`` has them."""
        return meta

    def more(self) -> dict[str, Any]:
        """Plain facts that a checkpoint holds besides."""
        return {}

    def more_tensors(self) -> dict[str, Tensor]:
        """Tensors that a checkpoint holds besides."""
        return {}

    def take(self, tensors: dict[str, Tensor], meta: dict[str, Any]) -> None:
        """Take up what :meth:`more` and :meth:`more_tensors` gave."""


def advance(optimisers: Sequence[torch.optim.Optimizer], rate: float, clip: float, parts: int = 1) -> Tensor:
    """Take the mean of gradients of ``parts`` batches and of all processes, clip, step (not where a gradient
    is no number), clear. The gradients' norm."""
    parameters = [p for o in optimisers for group in o.param_groups for p in group["params"]]
    mean_gradients(parameters, parts)
    norm = torch.nn.utils.clip_grad_norm_(parameters, clip)
    finite = bool(torch.isfinite(norm))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate
        if finite:
            optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    return norm


def best_weights(path: Path, device: torch.device | None = None) -> averaging.Weights:
    """The averaged weights of a checkpoint."""
    tensors, _ = checkpoint.load(path)
    return {name: value.to(device) for name, value in under("average", tensors).items()}


def moments(prefix: str, module: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimiser remembers of a module's weights, by name."""
    names = {id(p): k for k, p in module.named_parameters()}
    return {
        f"{prefix}.{names[id(p)]}:{k}": v for p, state in optimiser.state.items() for k, v in state.items()
    }


def restore(optimiser: torch.optim.Optimizer, module: nn.Module, held: Mapping[str, Tensor]) -> None:
    """Moments in the memory layout of their weights: a fused optimiser walks both as they lie."""
    parameters = dict(module.named_parameters())
    for name, value in held.items():
        of, _, kind = name.rpartition(":")
        weight = parameters[of]
        like = torch.empty_like(weight) if value.shape == weight.shape else value.to(weight.device)
        optimiser.state[weight][kind] = like.copy_(value)


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix.``, without it."""
    return {k.removeprefix(f"{prefix}."): v for k, v in tensors.items() if k.startswith(f"{prefix}.")}
