"""PyTorch eager in float32: static cache buffers, projections that share an input fused, no gradients.

Large pages are asked for by the environment (THP_MEM_ALLOC_ENABLE, see `bench.entrants`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from stemwright.bench.material import dense, inputs, read
from stemwright.bench.sizes import Sizes, step_sizes
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.model import rope_tables

LINEARS = ("F.linear", "oneDNN prepacked linear")
ATTENTIONS = (
    "scaled_dot_product_attention(enable_gqa)",
    "scaled_dot_product_attention(heads as queries)",
    "matmul",
)
INPUTS = 128


class Eager:
    """The whole step written out with functions of torch."""

    def __init__(self, folder: Path) -> None:
        self.config, self._tensors = read(folder)
        self._model: _Model | None = None

    def variants(self, batch: int) -> list[str]:
        """Ways to multiply, and ways to attend."""
        linears = LINEARS if _has_onednn() else LINEARS[:1]
        return [f"{linear}, {attention}" for linear in linears for attention in ATTENTIONS]

    @torch.inference_mode()
    def open(self, variant: int, batch: int, threads: int, cache: int, most: int) -> Sizes:
        """Weights (kept from the last time where they serve), tables and empty cache."""
        torch.set_num_threads(threads)
        packed, attention = divmod(variant, len(ATTENTIONS))
        if self._model is None or self._model.packed != bool(packed) or self._model.batch != batch:
            self._model = None
            self._model = _Model(self.config, self._tensors, bool(packed), batch)
        self._model.begin(cache, attention)
        self._inputs = [torch.from_numpy(array) for array in inputs(self.config, batch, INPUTS)]
        self._inputs[0] = self._inputs[0].long()
        self._next = 0
        config = {**self.config, "window": cache}
        return step_sizes(config, batch, weight=4, element=4, scale=0)

    @property
    def model(self) -> _Model:
        """What decodes."""
        assert self._model is not None, "not open"
        return self._model

    @torch.inference_mode()
    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """The next position's logits."""
        logits = self.model.step(torch.from_numpy(tokens).long(), torch.from_numpy(features))
        array: np.ndarray = logits.view(len(tokens), self.config["codebooks"], -1).numpy()
        return array

    @torch.inference_mode()
    def fill(self) -> None:
        """Random keys and values stand for those of a long past."""
        self.model.fill()

    @torch.inference_mode()
    def decode(self) -> None:
        """One step: the slot before last is written again and again, and all are seen."""
        self._next = (self._next + 1) % INPUTS
        self.model.step(self._inputs[0][:, self._next], self._inputs[1][:, self._next])
        self.model.position -= 1


class _Model:
    def __init__(self, config: dict[str, Any], tensors: Any, packed: bool, batch: int) -> None:
        self.config, self.packed, self.batch = PerformerConfig.from_json(config), packed, batch
        books = range(config["codebooks"])

        def matrix(*names: str) -> Tensor:
            weight = torch.from_numpy(dense(tensors, names))
            return torch.ops.mkldnn._reorder_linear_weight(weight, batch) if packed else _own(weight)

        def plain(name: str) -> Tensor:
            return torch.from_numpy(np.array(tensors[name]))

        self.embed = _own(torch.from_numpy(dense(tensors, [f"embed.{k}" for k in books])))
        self.offsets = torch.arange(config["codebooks"]) * (config["codebook_size"] + 1)
        self.cond, self.bias, self.norm = plain("cond.weight"), plain("cond.bias"), plain("norm.weight")
        self.blocks = [
            (
                plain(f"blocks.{i}.norm1.weight"),
                matrix(*(f"blocks.{i}.{name}" for name in "qkv")),
                matrix(f"blocks.{i}.o"),
                plain(f"blocks.{i}.norm2.weight"),
                matrix(f"blocks.{i}.gate", f"blocks.{i}.up"),
                matrix(f"blocks.{i}.down"),
            )
            for i in range(config["layers"])
        ]
        self.heads = matrix(*(f"heads.{k}" for k in books))

    def begin(self, cache: int, attention: int) -> None:
        """Empty the cache; its buffers are made once and written in place."""
        c = self.config
        cos, sin = rope_tables(c, cache)
        self.turn = list(zip(torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1), strict=True))
        shape = (self.batch, c.kv_heads, cache, c.head_dim)
        self.keys = [torch.empty(shape) for _ in self.blocks]
        self.values = [torch.empty(shape) for _ in self.blocks]
        self.position = 0
        self._attend: Callable[..., Tensor] = (self._gqa, self._grouped, self._matmul)[attention]

    def fill(self) -> None:
        """Random keys and values up to the last position."""
        for buffer in (*self.keys, *self.values):
            buffer.normal_()
        self.position = self.keys[0].shape[2] - 1

    def step(self, tokens: Tensor, features: Tensor) -> Tensor:
        """Logits [B, K * V] of the next position."""
        c, eps = self.config, self.config.norm_eps
        x = F.embedding_bag(tokens + self.offsets, self.embed, mode="sum")
        x = x + F.linear(features, self.cond, self.bias)
        for i, (norm1, qkv, o, norm2, gate_up, down) in enumerate(self.blocks):
            n = F.rms_norm(x, (c.d_model,), norm1, eps)
            x = self._added(x, self._attention(i, self._linear(n, qkv)), o)
            n = F.rms_norm(x, (c.d_model,), norm2, eps)
            gate, up = self._linear(n, gate_up).chunk(2, -1)
            x = self._added(x, F.silu(gate) * up, down)
        self.position += 1
        return self._linear(F.rms_norm(x, (c.d_model,), self.norm, eps), self.heads)

    def _linear(self, x: Tensor, weight: Tensor) -> Tensor:
        if self.packed:
            out: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")
            return out
        return F.linear(x, weight)

    def _added(self, x: Tensor, branch: Tensor, weight: Tensor) -> Tensor:
        """x + branch @ weight.T"""
        return x + self._linear(branch, weight) if self.packed else torch.addmm(x, branch, weight.t())

    def _attention(self, block: int, qkv: Tensor) -> Tensor:
        """[B, heads * head_dim] for [B, (heads + 2 kv_heads) * head_dim]."""
        c, end = self.config, self.position + 1
        turned = (c.heads + c.kv_heads) * c.head_dim
        both = self._rotate(qkv[:, :turned].view(-1, c.heads + c.kv_heads, c.head_dim))
        keys, values = self.keys[block], self.values[block]
        keys[:, :, self.position] = both[:, c.heads :]
        values[:, :, self.position] = qkv[:, turned:].view(-1, c.kv_heads, c.head_dim)
        out = self._attend(both[:, : c.heads], keys[:, :, :end], values[:, :, :end])
        return out.reshape(-1, c.heads * c.head_dim)

    def _rotate(self, x: Tensor) -> Tensor:
        """Both halves at once: [a, b] * [cos, cos] + [b, a] * [-sin, sin]."""
        cos, sin = self.turn[self.position]
        return torch.addcmul(x * cos, x.roll(self.config.head_dim // 2, -1), sin)

    def _gqa(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q.unsqueeze(2), k, v, enable_gqa=True)

    def _grouped(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """The heads that share keys as that many queries of one head."""
        return F.scaled_dot_product_attention(self._shared(q), k, v)

    def _matmul(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        scores = torch.matmul(self._shared(q), k.transpose(-1, -2)) * self.config.head_dim**-0.5
        return torch.matmul(torch.softmax(scores, -1), v)

    def _shared(self, q: Tensor) -> Tensor:
        c = self.config
        return q.reshape(-1, c.kv_heads, c.heads // c.kv_heads, c.head_dim)


def _own(weight: Tensor) -> Tensor:
    """A copy in memory of torch's own, which may lie in large pages."""
    return torch.empty_like(weight).copy_(weight)


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
