"""The performer: a decoder-only transformer, one step a codec frame, delay pattern over the codebooks.

The native engine computes exactly this; names and shapes of the exported tensors are in
`models.architecture`. Here the tables of all codebooks are kept in one parameter each, so that a step looks
up and projects once.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.training.performer.config import PerformerConfig


def rope_tables(config: PerformerConfig, steps: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine [steps, head_dim / 2] of angle = step * base^(-2j / head_dim)."""
    half = config.head_dim // 2
    rate = config.rope_base ** (-torch.arange(half, dtype=torch.float64) * 2 / config.head_dim)
    angle = torch.arange(steps, dtype=torch.float64)[:, None] * rate
    return angle.cos().float(), angle.sin().float()


CHUNK = 192
"""On a CPU queries are taken in chunks of so many steps, each with the keys its window reaches: half of a
full square."""


def band_mask(start: int, end: int, window: int) -> Tensor:
    """bool [end - start, keys]: which keys, from max(0, start - window + 1), the steps start..end - 1 see."""
    row = torch.arange(start, end)[:, None]
    column = torch.arange(max(0, start - window + 1), end)
    return (column <= row) & (column > row - window)


def chunks(steps: int, window: int) -> list[tuple[int, int, int]]:
    """(first query, end, first key) of every chunk."""
    starts = range(0, steps, CHUNK)
    return [(start, min(start + CHUNK, steps), max(0, start - window + 1)) for start in starts]


def band_attention(q: Tensor, k: Tensor, v: Tensor, masks: list[Tensor], window: int) -> Tensor:
    """Causal attention within the window for q, k, v [B, H, S, head_dim].

    `masks`: one bool mask for everything (fused attention, for GPUs), or one additive mask a chunk (plain
    products, whose backward pass is twice as fast on a CPU as the fused one's).
    """
    if masks[0].dtype == torch.bool:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=masks[0])
    q = q * q.shape[-1] ** -0.5
    parts = []
    for (start, end, low), mask in zip(chunks(q.shape[2], window), masks, strict=True):
        scores = q[:, :, start:end] @ k[:, :, low:end].transpose(-1, -2) + mask.to(q.dtype)
        parts.append(torch.softmax(scores, -1, dtype=torch.float32).to(v.dtype) @ v[:, :, low:end])
    return torch.cat(parts, 2)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """RoPE on [B, H, S, head_dim], pairs (j, j + head_dim / 2)."""
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


class TransformerBlock(nn.Module):
    """Attention and gated feed-forward, each behind an RMSNorm and added to the stream."""

    def __init__(self, config: PerformerConfig) -> None:
        super().__init__()
        self.config = config
        d, head = config.d_model, config.head_dim
        self.norm1 = nn.Parameter(torch.ones(d))
        self.q = nn.Linear(d, config.heads * head, bias=False)
        self.k = nn.Linear(d, config.kv_heads * head, bias=False)
        self.v = nn.Linear(d, config.kv_heads * head, bias=False)
        self.o = nn.Linear(config.heads * head, d, bias=False)
        self.norm2 = nn.Parameter(torch.ones(d))
        self.gate = nn.Linear(d, config.ffn, bias=False)
        self.up = nn.Linear(d, config.ffn, bias=False)
        self.down = nn.Linear(config.ffn, d, bias=False)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, masks: list[Tensor], keep: Tensor | None
    ) -> Tensor:
        """x [B, S, d] -> [B, S, d]; `keep` [2, B, 1, d]: dropout masks of the two branches."""
        n = F.rms_norm(x, (self.config.d_model,), self.norm1, self.config.norm_eps)
        branch: Tensor = self.o(self._attention(n, cos, sin, masks))
        x = x + (branch if keep is None else branch * keep[0])
        n = F.rms_norm(x, (self.config.d_model,), self.norm2, self.config.norm_eps)
        branch = self.down(F.silu(self.gate(n)) * self.up(n))
        return x + (branch if keep is None else branch * keep[1])

    def _attention(self, n: Tensor, cos: Tensor, sin: Tensor, masks: list[Tensor]) -> Tensor:
        batch, steps, _ = n.shape
        c = self.config
        q = self.q(n).view(batch, steps, c.heads, c.head_dim).transpose(1, 2)
        k = self.k(n).view(batch, steps, c.kv_heads, c.head_dim).transpose(1, 2)
        v = self.v(n).view(batch, steps, c.kv_heads, c.head_dim).transpose(1, 2)
        q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
        shared = c.heads // c.kv_heads
        k, v = k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
        out = band_attention(q, k, v, masks, c.window)
        return out.transpose(1, 2).reshape(batch, steps, c.heads * c.head_dim)


class PerformerNetwork(nn.Module):
    """tokens [B, S, K] (the value V is the blank) and features [B, S, F] -> hidden [B, S, d] -> logits."""

    cos: Tensor
    sin: Tensor
    offsets: Tensor
    masks: list[Tensor]

    def __init__(self, config: PerformerConfig, steps: int) -> None:
        super().__init__()
        self.config = config
        k, v, d = config.codebooks, config.codebook_size, config.d_model
        self.embed = nn.Parameter(torch.randn(k * (v + 1), d) * 0.02)
        self.cond = nn.Linear(config.features, d)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.layers))
        self.norm = nn.Parameter(torch.ones(d))
        self.heads = nn.Parameter(torch.randn(k * v, d) * 0.02)
        self.register_buffer("offsets", torch.arange(k) * (v + 1), persistent=False)
        self.set_steps(steps)
        self._initialise()

    def set_steps(self, steps: int) -> None:
        """Make the tables for sequences of this length, for the device the weights are on."""
        cos, sin = rope_tables(self.config, steps)
        device = self.embed.device
        self.register_buffer("cos", cos.to(device), persistent=False)
        self.register_buffer("sin", sin.to(device), persistent=False)
        window = self.config.window
        if device.type == "cpu":
            bands = [band_mask(start, end, window) for start, end, _ in chunks(steps, window)]
            self.masks = [torch.zeros(band.shape).masked_fill(~band, float("-inf")) for band in bands]
        else:
            self.masks = [band_mask(0, steps, window).to(device)]

    def _initialise(self) -> None:
        deep = (2 * self.config.layers) ** -0.5
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2 and name not in ("embed", "heads"):
                scale = parameter.shape[1] ** -0.5
                nn.init.normal_(
                    parameter, std=scale * (deep if name.endswith((".o.weight", ".down.weight")) else 1)
                )
        nn.init.normal_(self.cond.weight, std=0.05)
        nn.init.zeros_(self.cond.bias)

    def hidden(self, tokens: Tensor, features: Tensor, dropout: float = 0.0) -> Tensor:
        """The stream after the last norm, [B, S, d]. `dropout`: channels dropped per clip, the same at
        every step."""
        batch, steps, books = tokens.shape
        flat = (tokens + self.offsets).view(batch * steps, books)
        x = F.embedding_bag(flat, self.embed, mode="sum").view(batch, steps, -1) + self.cond(features)
        keep = None
        if dropout > 0:
            shape = (len(self.blocks), 2, batch, 1, self.config.d_model)
            keep = (torch.rand(shape, device=x.device) >= dropout).to(x.dtype) / (1 - dropout)
        for i, block in enumerate(self.blocks):
            x = block(x, self.cos, self.sin, self.masks, None if keep is None else keep[i])
        return F.rms_norm(x, (self.config.d_model,), self.norm, self.config.norm_eps)

    def forward(self, tokens: Tensor, features: Tensor) -> Tensor:
        """Logits [B, S, K, V]."""
        out = self.hidden(tokens, features) @ self.heads.T
        return out.view(*tokens.shape, self.config.codebook_size)
