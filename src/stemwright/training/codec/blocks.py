"""What the networks of codecs are built of; blocks after ConvNeXt (arXiv 2201.03545)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from stemwright.training.codec.config import CodecConfig


def conv(cin: int, cout: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1) -> nn.Conv2d:
    """A convolution over time, written as Conv2d on ``[batch, channels, 1, time]``: in the channels-last
    layout that
    is several times faster on CPUs than Conv1d, above all in bfloat16."""
    return nn.Conv2d(cin, cout, (1, kernel), stride=(1, stride), padding=(0, padding), groups=groups)


class Snake(nn.Module):
    """x + sin(a x)^2 / a, an ``a`` for each channel, which ``after`` axes follow (arXiv 2006.08195)."""

    def __init__(self, channels: int, after: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.ones(channels, *[1] * after))

    def forward(self, x: Tensor) -> Tensor:
        a = self.a if self.a.dtype == x.dtype else self.a.to(x.dtype)  # no cast, whose name exporting loses
        return x + torch.sin(a * x).square() / a


def activation_of(name: str, channels: int, after: int) -> nn.Module:
    return Snake(channels, after) if name == "snake" else nn.SiLU()


class ResidualUnit(nn.Module):
    """x + conv1(act(conv3(act(x)))) on ``[batch, channels, 1, time]``."""

    def __init__(self, channels: int, activation: str) -> None:
        super().__init__()
        self.before, self.between = (activation_of(activation, channels, 2) for _ in range(2))
        self.a = conv(channels, channels, 3, padding=1)
        self.b = conv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(self.between(self.a(self.before(x))))
        return x + y


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, layer norm, and an inverted bottleneck, on ``[batch, time, width]``."""

    def __init__(self, config: CodecConfig, scale: float) -> None:
        super().__init__()
        width, hidden, kernel = config.width, config.expansion * config.width, config.kernel
        self.activation = activation_of(config.activation, hidden, 0)
        self.depthwise = conv(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)
        self.gamma = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: Tensor) -> Tensor:
        y = self.depthwise(x.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)
        out: Tensor = x + self.gamma * self.down(self.activation(self.up(self.norm(y))))
        return out


def initialise(module: nn.Module) -> None:
    """Fresh weights of one layer."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.trunc_normal_(
            module.weight,
            std=0.02 if isinstance(module, nn.Linear) else 1.0 / math.sqrt(module.weight[0].numel()),
        )
        if module.bias is not None:
            nn.init.zeros_(module.bias)
