"""From trained weights to a bundle: every tensor in half precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.companion_tensors import companion_shapes
from stemwright.symbolic.companion import features
from stemwright.symbolic.companion.events import INSTRUMENTS
from stemwright.training.companion.model import CompanionModel, key_of

PRESETS: dict[str, dict[str, int]] = {
    "tiny": {"hidden": 32, "embed": 16, "mix": 24, "time_components": 6, "velocity_components": 3},
    "small": {"hidden": 256, "embed": 96, "mix": 160, "time_components": 24, "velocity_components": 8},
    "base": {"hidden": 512, "embed": 128, "mix": 256, "time_components": 32, "velocity_components": 12},
}
"""`tiny` is for tests."""


def config_of(preset: str) -> dict[str, Any]:
    """The architecture of a preset."""
    return {
        "version": 1,
        "instruments": list(INSTRUMENTS),
        "time_features": features.time_features().shape[1],
        "velocity_features": features.velocity_features().shape[1],
        **PRESETS[preset],
    }


def bundle_tensors(config: dict[str, Any], weights: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    """The tensors of `model.safetensors` from the model's parameters by name."""
    out: dict[str, np.ndarray] = {}
    for name in companion_shapes(config):
        out[name] = weights[f"weights.{key_of(name)}"].detach().numpy().astype(np.float16)
    return out


def exported_model(config: dict[str, Any], found: Mapping[str, np.ndarray]) -> CompanionModel:
    """The torch model with a bundle's tensors: what the run time computes with."""
    model = CompanionModel(config)
    with torch.no_grad():
        for name in companion_shapes(config):
            model.weight(name).copy_(torch.from_numpy(np.array(found[name], np.float32)))
    return model.eval()


def export(
    path: Path, config: dict[str, Any], weights: Mapping[str, Tensor], about: dict[str, Any]
) -> Bundle:
    """Write the bundle; `about` holds the remaining fields of the manifest."""
    from safetensors.numpy import save

    manifest = Manifest(kind="companion", name="companion", architecture=config, **about)
    return write_bundle(path, manifest, {WEIGHTS_FILE: save(bundle_tensors(config, weights))})
