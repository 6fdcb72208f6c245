"""The flow's network: the velocity of every step of a stretch, given where each stands on its way.

A transformer that sees a whole stretch, with rotary places, gated feed-forward parts, and norms that the time
moves (adaLN-single, arXiv 2310.00426). Every step has a time of its own, 0 noise to 1 sound, so that what is
known already stands at 1: going on, filling in and streaming are the same as making from nothing (cf.
diffusion forcing, arXiv 2407.01392).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.flow.space import STACK
from stemwright.training.flow.config import HEAD, FlowConfig

WAVES = 64
"""Numbers that tell a time."""
EPS = 1e-6


def rotation(steps: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine [steps, HEAD / 2] (RoFormer, arXiv 2104.09864)."""
    rate = 10000.0 ** (-torch.arange(HEAD // 2, device=device, dtype=torch.float32) * 2 / HEAD)
    angle = torch.arange(steps, device=device, dtype=torch.float32)[:, None] * rate
    return angle.cos(), angle.sin()


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


class FlowBlock(nn.Module):
    """Attention and gated feed-forward, whose shift, scale and gate come with every step."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        d = config.width
        self.heads = config.heads
        self.moves = nn.Parameter(torch.zeros(6, d))
        self.qkv = nn.Linear(d, 3 * d, bias=False)
        self.o = nn.Linear(d, d, bias=False)
        self.gate = nn.Linear(d, config.ffn, bias=False)
        self.up = nn.Linear(d, config.ffn, bias=False)
        self.down = nn.Linear(config.ffn, d, bias=False)

    def forward(self, x: Tensor, moved: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x [B, N, d], moved [B, N, 6, d] -> [B, N, d]."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (moved + self.moves).unbind(2)
        x = x + gate1 * self.o(self._attention(_normed(x) * (1 + scale1) + shift1, cos, sin))
        n = _normed(x) * (1 + scale2) + shift2
        out: Tensor = x + gate2 * self.down(F.silu(self.gate(n)) * self.up(n))
        return out

    def _attention(self, n: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, steps, d = n.shape
        q, k, v = self.qkv(n).view(batch, steps, 3, self.heads, HEAD).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = _turned(q, cos, sin) * HEAD**-0.5, _turned(k, cos, sin)
        seen = torch.softmax(q @ k.transpose(-1, -2), -1, dtype=torch.float32).to(v.dtype) @ v
        out: Tensor = seen.transpose(1, 2).reshape(batch, steps, d)
        return out


def _normed(x: Tensor) -> Tensor:
    return x * torch.rsqrt(x.float().square().mean(-1, keepdim=True) + EPS).to(x.dtype)


class FlowModel(nn.Module):
    """Velocities of steps."""

    waves: Tensor

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.into = nn.Linear(config.step, d)
        self.tell = nn.Parameter(torch.empty(config.layers, STACK * config.features, d))
        self.layer = nn.Embedding(config.layers, d)
        self.when = nn.Sequential(nn.Linear(WAVES, d), nn.SiLU(), nn.Linear(d, d))
        self.moves = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(FlowBlock(config) for _ in range(config.blocks))
        self.last = nn.Linear(d, 2 * d)
        self.out = nn.Linear(d, config.step)
        self.register_buffer("waves", 2 ** (torch.arange(WAVES // 2) * 12.0 / (WAVES // 2)), persistent=False)
        self._begin()

    def _begin(self) -> None:
        """Small weights; every block adds nothing at first (adaLN-zero, arXiv 2212.09748)."""
        deep = (2 * self.config.blocks) ** -0.5
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                scale = deep if name.endswith((".o.weight", ".down.weight")) else 1.0
                nn.init.normal_(weight, std=scale * weight.shape[1] ** -0.5)
        nn.init.normal_(self.tell, std=0.05)
        nn.init.normal_(self.layer.weight, std=0.02)
        for layer in (self.moves, self.last, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, time: Tensor, told: Tensor, layer: Tensor) -> Tensor:
        """Steps [B, N, S] at times [B, N], told [B, N, 3 * F], layers int64 [B] -> velocities [B, N, S]."""
        batch, steps, _ = x.shape
        h = self.into(x) + told @ self.tell[layer] + self.layer(layer)[:, None]
        angle = time[..., None] * (self.waves * (math.pi / 2))
        when = self.when(torch.cat([angle.cos(), angle.sin()], -1)) + self.layer(layer)[:, None]
        when = F.silu(when)
        moved = self.moves(when).view(batch, steps, 6, self.config.width)
        cos, sin = rotation(steps, x.device)
        for block in self.blocks:
            h = block(h, moved, cos, sin)
        shift, scale = self.last(when).chunk(2, -1)
        out: Tensor = self.out(_normed(h) * (1 + scale) + shift)
        return out
