"""Low-rank matrices beside a performer's attention, in PyTorch: what the engine's side branch computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.models.adapter import PROJECTIONS, adapter_tensors
from stemwright.training.performer.model import PerformerNetwork

Floats = npt.NDArray[np.float32]


class SideLinear(nn.Module):
    """y = W x + B (A x), W frozen (LoRA, arXiv 2106.09685). `a` [rank, inputs] begins at random, `b`
    [outputs, rank] at zero, so that it begins as W alone."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.a = nn.Parameter(torch.randn(rank, base.in_features) * base.in_features**-0.5)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """[..., inputs] -> [..., outputs]."""
        made: Tensor = self.base(x)
        return made + F.linear(F.linear(x, self.a), self.b)


class Adapters(nn.Module):
    """All side branches of a performer, which alone are trained; names as in the bundle, dots as `/`."""

    def __init__(self, network: PerformerNetwork, rank: int) -> None:
        super().__init__()
        for parameter in network.parameters():
            parameter.requires_grad_(False)
        for i, block in enumerate(network.blocks):
            for name in PROJECTIONS:
                side = SideLinear(cast("nn.Linear", getattr(block, name)), rank)
                setattr(block, name, side)
                for part in ("a", "b"):
                    self.register_parameter(f"blocks/{i}/{name}/{part}", getattr(side, part))


def bundle_tensors(weights: Mapping[str, Tensor]) -> dict[str, Floats]:
    """The adapter's tensors by their names in the bundle."""
    return {k.replace("/", "."): v.detach().float().cpu().numpy() for k, v in weights.items()}


def nothing(shape: Mapping[str, int], rank: int) -> dict[str, Tensor]:
    """Weights of `Adapters` that add nothing."""
    names = adapter_tensors(shape, rank)
    return {name.replace(".", "/"): torch.zeros(size) for name, (_, size) in names.items()}
