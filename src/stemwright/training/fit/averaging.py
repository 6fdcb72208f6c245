"""The moving average of a model's weights: kept up in training, put in place to measure and to export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)
Weights = dict[str, Tensor]


def copy_of(model: nn.Module) -> Weights:
    """The model's parameters by name, as they are now."""
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


@torch.no_grad()
def update(average: Weights, model: nn.Module, step: int, ema: float) -> None:
    """Move `average` towards the model's weights after step number `step`; early steps move it further."""
    decay = min(ema, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.values()), [p.detach() for p in model.parameters()], 1 - decay)


@torch.no_grad()
def put(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give the model these weights."""
    for name, parameter in model.named_parameters():
        parameter.copy_(weights[name])


@contextmanager
def using(model: M, weights: Mapping[str, Tensor]) -> Iterator[M]:
    """The model with other weights for a while, ready to be measured."""
    kept = copy_of(model)
    put(model, weights)
    model.eval()
    try:
        yield model
    finally:
        put(model, kept)
