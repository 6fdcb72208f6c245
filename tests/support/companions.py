"""A tiny companion with random weights, made without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.companion_tensors import companion_shapes
from stemwright.symbolic.companion.events import INSTRUMENTS

COMPANION: dict[str, Any] = {
    "version": 1, "instruments": list(INSTRUMENTS), "hidden": 24, "embed": 12, "mix": 16,
    "time_components": 5, "time_features": 59, "velocity_components": 3, "velocity_features": 14,
}  # fmt: skip


def companion_weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Random tensors whose times lie from nothing to some seconds."""
    rng = np.random.default_rng(seed)
    shapes = companion_shapes(COMPANION)
    out = {name: rng.normal(0, 0.5, shape).astype(np.float16) for name, shape in shapes.items()}
    zeros = np.zeros(5)
    places = np.concatenate([zeros, np.linspace(-0.5, 5.5, 5), zeros - 1])
    out["heads.time.outer.bias"] = places.astype(np.float16)
    out["heads.velocity.outer.bias"][1:] = np.array([0, 0, 0, 2, 4, 6, -1, -1, -1])
    return out


def write_companion(folder: Path, seed: int = 0) -> Bundle:
    """The bundle `folder/companion`."""
    manifest = Manifest(
        "companion",
        "companion",
        "random",
        dict(COMPANION),
        licences=("Apache-2.0",),
        sources=("random numbers",),
    )
    return write_bundle(folder / "companion", manifest, {"model.safetensors": save(companion_weights(seed))})
