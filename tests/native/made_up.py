"""A made-up performer: weights from an integer generator, the same for good, on any machine."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from stemwright.models.adapter import adapter_tensors
from stemwright.models.architecture import performer_tensors

CONFIG: dict[str, Any] = {
    "d_model": 96, "layers": 3, "heads": 6, "kv_heads": 2, "head_dim": 32, "ffn": 176, "codebooks": 4,
    "codebook_size": 100, "features": 13, "window": 21, "rope_base": 10000.0, "norm_eps": 1e-5,
    "lookahead": 2,
}  # fmt: skip


def words(name: str, count: int) -> np.ndarray:
    """`count` 32-bit words that depend on the name and the index alone (the finalizer of MurmurHash3)."""
    x = np.arange(count, dtype=np.uint64) + np.uint64(zlib.crc32(name.encode()))
    for multiplier, shift in ((0x85EBCA6B, 13), (0xC2B2AE35, 16)):
        x = (x ^ (x >> np.uint64(16))) * np.uint64(multiplier) & np.uint64(0xFFFFFFFF)
        x ^= x >> np.uint64(shift)
    return x


def small(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Floats in -1..1 with 16 exact bits."""
    count = int(np.prod(shape))
    whole = (words(name, count) >> np.uint64(16)).astype(np.int64) - 32768
    return (whole.astype(np.float32) / np.float32(32768)).reshape(shape)


def tensors(config: dict[str, Any]) -> dict[str, np.ndarray]:
    """Every tensor of the performer, of sizes that keep its numbers lively."""
    made = {}
    for name, (dtype, shape) in performer_tensors(config).items():
        if dtype == "I8":
            made[name] = (
                ((words(name, int(np.prod(shape))) >> np.uint64(24)).astype(np.int64) - 128)
                .astype(np.int8)
                .reshape(shape)
            )
            made[name] = np.maximum(made[name], np.int8(-127))
        elif name.endswith(".scale"):
            inputs = made[name.replace(".scale", ".weight")].shape[1]
            size = 64.0 if name.startswith("embed") else float(1 << (inputs.bit_length() // 2 + 5))
            made[name] = (small(name, shape) * np.float32(0.25) + np.float32(1.0)) / np.float32(size)
        elif "norm" in name:
            made[name] = small(name, shape) * np.float32(0.25) + np.float32(1.0)
        else:
            made[name] = small(name, shape)
    return made


def adapter(config: dict[str, Any], rank: int) -> dict[str, np.ndarray]:
    """A personal style of sizes that are about as large as the weights beside it."""
    sizes = {"a": np.float32(0.25), "b": np.float32(0.5 / rank)}
    return {
        name: small(name, shape) * sizes[name[-1]]
        for name, (_, shape) in adapter_tensors(config, rank).items()
    }


def features(config: dict[str, Any], steps: int) -> np.ndarray:
    """Conditioning rows [steps, F]."""
    return small("features", (steps, config["features"]))
