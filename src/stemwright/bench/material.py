"""What all contestants work on: the same random weights, and the same inputs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.models import int8
from stemwright.models.architecture import WEIGHTS_FILE, performer_tensors
from stemwright.models.tensors import TensorFile

CONFIG = "config.json"
AGREEMENT_STEPS = 8
"""Steps from an empty cache whose logits all contestants must agree on."""


def write(folder: Path, config: Mapping[str, Any], seed: int = 0) -> None:
    """Random weights of an architecture, in a folder that contestants can `read`."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(_tensors(config, seed), folder / WEIGHTS_FILE)
    (folder / CONFIG).write_text(json.dumps(dict(config)), encoding="utf-8")


def read(folder: Path) -> tuple[dict[str, Any], TensorFile]:
    """The architecture and the tensors, each read when it is asked for."""
    config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return config, TensorFile(folder / WEIGHTS_FILE)


def stacked(tensors: Mapping[str, np.ndarray], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """int8 [rows, columns] and float32 scales [rows] of all the matrices named, one below the other."""
    weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
    return weight, np.concatenate([tensors[f"{name}.scale"] for name in names])


def dense(tensors: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    """The same as float32 [rows, columns]: exactly what the engine computes with."""
    return int8.dense(*stacked(tensors, names))


def _tensors(config: Mapping[str, Any], seed: int) -> dict[str, np.ndarray]:
    """Weights of a size that keeps the stream lively through all blocks."""
    draw = np.random.default_rng(seed)
    made: dict[str, np.ndarray] = {}
    for name, (dtype, shape) in performer_tensors(config).items():
        if dtype == "I8":
            made[name] = draw.integers(-127, 128, shape, dtype=np.int8)
        elif name.endswith(".scale"):
            inputs = made[name.removesuffix(".scale") + ".weight"].shape[1]
            made[name] = (draw.uniform(0.8, 1.2, shape) / (74 * inputs**0.5)).astype(np.float32)
        elif "norm" in name:
            made[name] = draw.uniform(0.8, 1.2, shape).astype(np.float32)
        else:
            made[name] = (draw.standard_normal(shape) / 20).astype(np.float32)
    return made


def inputs(config: Mapping[str, Any], batch: int, steps: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Tokens int32 [batch, steps, codebooks] and features float32 [batch, steps, F], in -2..2."""
    tokens = _words((batch, steps, config["codebooks"]), seed) % np.uint32(config["codebook_size"])
    features = _words((batch, steps, config["features"]), seed + 1).astype(np.float32)
    return tokens.astype(np.int32), features * np.float32(2**-30) - np.float32(2)


def _words(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """32-bit words by the finalizer of MurmurHash3; NumPy's generators would take megabytes to load."""
    x = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed * 7919)
    for multiplier, shift in ((0x85EBCA6B, 13), (0xC2B2AE35, 16)):
        x = (x ^ (x >> np.uint32(16))) * np.uint32(multiplier)
        x ^= x >> np.uint32(shift)
    made: np.ndarray = x.reshape(shape)
    return made
