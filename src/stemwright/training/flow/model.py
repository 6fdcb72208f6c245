"""The flow's network: the velocity of every step of a stretch, given where each stands on its way.

A transformer with rotary places, gated feed-forward parts, and norms that the time, the style and what is
told move (adaLN-single, arXiv 2310.00426). Every step has a time of its own, 0 noise to 1 sound, so that what
is known already stands at 1: going on, filling in and streaming are the same as making from nothing (cf.
diffusion forcing, arXiv 2407.01392). A step may be told how far its velocity is to lead at once (shortcut
models, arXiv 2410.12557).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.flow.space import STACK
from stemwright.models.flow import HEAD
from stemwright.training.flow.config import FlowConfig

WAVES = 64
"""Numbers that tell a time."""
EPS = 1e-6


@dataclass(frozen=True, slots=True)
class Conditions:
    """told [B, N, 3 * F], layer int64 [B], style [B, STYLE]."""

    told: Tensor
    layer: Tensor
    style: Tensor


def rotation(places: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine [N, HEAD / 2] of places [N] (RoFormer, arXiv 2104.09864)."""
    rate = 10000.0 ** (-torch.arange(HEAD // 2, device=places.device, dtype=torch.float32) * 2 / HEAD)
    angle = places.float()[:, None] * rate
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

    def forward(
        self, x: Tensor, moved: Tensor, turn: tuple[Tensor, Tensor], seen: Tensor | None, past: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """x [B, N, d], moved [B, N, 6, d], what each sees (bool [N, N]; None: all), keys and values of steps
        before [2, B, H, P, HEAD] -> [B, N, d], keys and values [2, B, H, N, HEAD]."""
        shift1, scale1, gate1, shift2, scale2, gate2 = (moved + self.moves.to(moved.dtype)).unbind(2)
        found, present = self._attention(_normed(x) * (1 + scale1) + shift1, turn, seen, past)
        x = x + gate1 * self.o(found)
        n = _normed(x) * (1 + scale2) + shift2
        return x + gate2 * self.down(F.silu(self.gate(n)) * self.up(n)), present

    def _attention(
        self, n: Tensor, turn: tuple[Tensor, Tensor], seen: Tensor | None, past: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        batch, steps, d = n.shape
        q, k, v = self.qkv(n).view(batch, steps, 3, self.heads, HEAD).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = _turned(q, *turn), _turned(k, *turn)
        present = torch.stack([k, v])
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        found = F.scaled_dot_product_attention(q, k, v, seen)
        return found.transpose(1, 2).reshape(batch, steps, d), present


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
        self.colour = nn.Parameter(torch.zeros(config.layers, STACK * config.features, d))
        self.layer = nn.Embedding(config.layers, d)
        self.style = nn.Linear(config.style, d, bias=False)
        self.when = nn.Sequential(nn.Linear(WAVES, d), nn.SiLU(), nn.Linear(d, d))
        self.far = nn.Linear(WAVES, d, bias=False)
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
        for layer in (self.moves, self.last, self.out, self.style, self.far):
            nn.init.zeros_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(
        self, x: Tensor, time: Tensor, span: Tensor, given: Conditions, places: Tensor, seen: Tensor | None
    ) -> Tensor:
        """Velocities [B, N, S] of steps x [B, N, S] at times [B, N] and places [N], each leading as far as
        its span [B, N] says (0: that of the moment); they see what ``seen`` bool [N, N] says (None: all)."""
        return self._run(x, time, span, given, places, seen, None)[0]

    def after(
        self, x: Tensor, time: Tensor, span: Tensor, given: Conditions, places: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Velocities of steps which see each other and those whose keys and values are ``past`` [blocks, 2,
        B, H, P, HEAD]; and their own keys and values."""
        return self._run(x, time, span, given, places, None, past)

    def _run(
        self,
        x: Tensor,
        time: Tensor,
        span: Tensor,
        given: Conditions,
        places: Tensor,
        seen: Tensor | None,
        past: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        batch, steps, _ = x.shape
        named = self.layer(given.layer)[:, None]
        h = self.into(x) + given.told @ self.tell[given.layer] + named
        when = self.when(self._waves(time)) + self.far(self._waves(span))
        when = when + named + self.style(given.style)[:, None] + given.told @ self.colour[given.layer]
        when = F.silu(when)
        moved = self.moves(when).view(batch, steps, 6, self.config.width)
        h = h.to(moved.dtype)
        turn, made = rotation(places), []
        for index, block in enumerate(self.blocks):
            h, present = block(h, moved, turn, seen, None if past is None else past[index])
            made.append(present)
        shift, scale = self.last(when).chunk(2, -1)
        out: Tensor = self.out(_normed(h) * (1 + scale) + shift)
        return out, torch.stack(made) if past is not None else out

    def _waves(self, time: Tensor) -> Tensor:
        angle = time[..., None] * (self.waves * (math.pi / 2))
        return torch.cat([angle.cos(), angle.sin()], -1)
