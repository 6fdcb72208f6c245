"""The performer in float64 NumPy, without any cache trick: what the engine is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray


def weights(tensors: Mapping[str, Array], name: str) -> Array:
    """A matrix as float64, from int8 and its scales or from float32."""
    weight = tensors[f"{name}.weight"]
    if weight.dtype != np.int8:
        return weight.astype(np.float64)
    return weight.astype(np.float64) * tensors[f"{name}.scale"].astype(np.float64)[:, None]


def rms_norm(x: Array, weight: Array, eps: float) -> Array:
    """[..., d] divided by its root mean square."""
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def rotate(x: Array, base: float) -> Array:
    """Rotary positions of [steps, heads, head_dim]; the position is the step."""
    half = x.shape[-1] // 2
    angle = np.arange(len(x))[:, None] * base ** (-np.arange(half) / half)
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * c - b * s, b * c + a * s], -1)


def int8_rows(x: Array) -> Array:
    """[..., head_dim] rounded to 255 levels of its largest value, as an int8 cache holds it."""
    scale = np.abs(x).max(-1, keepdims=True) / 127
    return np.asarray(np.round(x / np.where(scale == 0, 1, scale)) * scale)


def window(steps: int, size: int) -> Array:
    """bool [steps, steps]: which positions (columns) each step sees that sees the last `size`."""
    age = np.arange(steps)[:, None] - np.arange(steps)[None, :]
    return np.asarray((age >= 0) & (age < size))


def attend(x: Array, t: Mapping[str, Array], block: str, c: Mapping[str, Any], seen: Array) -> Array:
    """Attention over [steps, d], each step over what it has seen; query heads share key-value heads."""
    steps, size = len(x), c["head_dim"]
    q = rotate((x @ weights(t, block + "q").T).reshape(steps, c["heads"], size), c["rope_base"])
    k = rotate((x @ weights(t, block + "k").T).reshape(steps, c["kv_heads"], size), c["rope_base"])
    v = (x @ weights(t, block + "v").T).reshape(steps, c["kv_heads"], size)
    if c.get("kv_cache") == "int8":
        k, v = int8_rows(k), int8_rows(v)
    group = c["heads"] // c["kv_heads"]
    k, v = np.repeat(k, group, 1), np.repeat(v, group, 1)
    scores = np.einsum("shd,thd->hst", q, k) / np.sqrt(size)
    scores = np.where(seen, scores, -np.inf)
    p = np.exp(scores - scores.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    out = np.einsum("hst,thd->shd", p, v).reshape(steps, -1)
    return np.asarray(out @ weights(t, block + "o").T)


def logits(
    c: Mapping[str, Any], t: Mapping[str, Array], tokens: Array, features: Array, seen: Array | None = None
) -> Array:
    """[steps, codebooks, codebook_size] from tokens [steps, codebooks] and features [steps, F].

    seen: bool [steps, steps], the positions that each step attends to; the window where None.
    """
    seen = window(len(tokens), c["window"]) if seen is None else seen
    x = features.astype(np.float64) @ weights(t, "cond").T + t["cond.bias"]
    for k in range(c["codebooks"]):
        x = x + weights(t, f"embed.{k}")[tokens[:, k]]
    for i in range(c["layers"]):
        block = f"blocks.{i}."
        x = x + attend(rms_norm(x, t[block + "norm1.weight"], c["norm_eps"]), t, block, c, seen)
        n = rms_norm(x, t[block + "norm2.weight"], c["norm_eps"])
        gate = n @ weights(t, block + "gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (n @ weights(t, block + "up").T)) @ weights(t, block + "down").T
    n = rms_norm(x, t["norm.weight"], c["norm_eps"])
    return np.stack([n @ weights(t, f"heads.{k}").T for k in range(c["codebooks"])], 1)
