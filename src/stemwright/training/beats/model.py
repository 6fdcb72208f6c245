"""The network of `live.beats.network` in PyTorch, over whole stretches of frames at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from stemwright.models.beat_tensors import TAPS, beat_shapes

SELDOM = -3.0
"""The logits' first bias: most frames are no beats."""


def key_of(name: str) -> str:
    """A tensor's name as a parameter's (which may hold no dot)."""
    return name.replace(".", "__")


class BeatModel(nn.Module):
    """`config`: the architecture of the manifest. Frames [B, T, 2 * bands] -> logits [B, T, 2]."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = config
        self.weights = nn.ParameterDict(
            {key_of(name): nn.Parameter(_initial(name, shape)) for name, shape in beat_shapes(config).items()}
        )

    def weight(self, name: str) -> Tensor:
        """A parameter by its name in the bundle."""
        found: Tensor = self.weights[key_of(name)]
        return found

    @torch.no_grad()
    def begin(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take the weights of a bundle of the same architecture."""
        for name in beat_shapes(self.config):
            self.weight(name).copy_(torch.from_numpy(tensors[name].astype(np.float32)))

    def forward(self, frames: Tensor) -> Tensor:
        """Logits of beat and downbeat; what lies before the first frame is silence."""
        x = torch.relu(self._taps("front", frames.transpose(1, 2), 1))
        x = self._plain("enter", x)
        for block in range(self.config["blocks"]):
            inner = torch.relu(self._taps(f"blocks.{block}.taps", x, 2**block))
            x = x + self._plain(f"blocks.{block}.mix", inner)
        return self._plain("head", x).transpose(1, 2).float()

    def _taps(self, name: str, x: Tensor, apart: int) -> Tensor:
        """A causal convolution whose taps are so many frames apart."""
        flat = self.weight(f"{name}.weight")
        weight = flat.view(len(flat), TAPS, -1).transpose(1, 2)
        padded = nn.functional.pad(x, ((TAPS - 1) * apart, 0))
        return nn.functional.conv1d(padded, weight, self.weight(f"{name}.bias"), dilation=apart)

    def _plain(self, name: str, x: Tensor) -> Tensor:
        return nn.functional.conv1d(x, self.weight(f"{name}.weight")[..., None], self.weight(f"{name}.bias"))


def _initial(name: str, shape: tuple[int, ...]) -> Tensor:
    """Random weights that keep sums near 1; the residual branches begin small."""
    if len(shape) == 1:
        return torch.full(shape, SELDOM if name == "head.bias" else 0.0)
    scale = 0.4 if "mix" in name else 0.2 if name == "head.weight" else math.sqrt(2.0)
    return torch.randn(shape) * (scale / math.sqrt(shape[-1]))
