"""From trained weights to a bundle: every tensor in half precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from stemwright.live.beats.spectrum import bands
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.beat_tensors import beat_shapes
from stemwright.training.beats.model import key_of

PRESETS: dict[str, dict[str, int]] = {
    "tiny": {"front": 16, "channels": 12, "blocks": 8, "delay": 2},
    "small": {"front": 64, "channels": 64, "blocks": 10, "delay": 2},
}
"""`tiny` is for tests."""


def config_of(preset: str) -> dict[str, Any]:
    """The architecture of a preset."""
    return {"version": 1, "bands": len(bands()), **PRESETS[preset]}


def bundle_tensors(config: dict[str, Any], weights: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """The tensors of `model.safetensors` from the model's parameters by name."""
    return {
        name: weights[f"weights.{key_of(name)}"].detach().numpy().astype(np.float16)
        for name in beat_shapes(config)
    }


def export(
    path: Path, config: dict[str, Any], weights: Mapping[str, Tensor], about: dict[str, Any]
) -> Bundle:
    """Write the bundle; `about` holds the remaining fields of the manifest."""
    from safetensors.numpy import save

    manifest = Manifest(kind="beats", name="beats", architecture=config, **about)
    return write_bundle(path, manifest, {WEIGHTS_FILE: save(bundle_tensors(config, weights))})
