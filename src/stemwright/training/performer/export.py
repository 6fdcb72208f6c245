"""From trained weights to a bundle: int8 per output row, symmetric, w = int8 * scale."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stemwright.conditioning import CONDITIONING_VERSION
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE, floats, matrices
from stemwright.training.performer.config import SAMPLING, PerformerConfig
from stemwright.training.performer.model import Performer

Floats = npt.NDArray[np.float32]


def quantise(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """int8 [rows, columns] and fp32 scales [rows]; a row of zeros has scale 1."""
    peak = np.abs(weight).max(axis=1)
    scale = np.where(peak > 0, peak / np.float32(127), np.float32(1)).astype(np.float32)
    return np.clip(np.rint(weight / scale[:, None]), -127, 127).astype(np.int8), scale


def named_weights(config: PerformerConfig, state: dict[str, Tensor]) -> dict[str, Floats]:
    """The trained parameters under the bundle's names: matrices `X` and vectors."""
    full = {name: value.detach().float().cpu().numpy() for name, value in state.items()}
    out: dict[str, Floats] = {}
    size = config.codebook_size
    for k in range(config.codebooks):
        out[f"embed.{k}"] = full["embed"][k * (size + 1) : (k + 1) * (size + 1)]
        out[f"heads.{k}"] = full["heads"][k * size : (k + 1) * size]
    out["cond.weight"], out["cond.bias"], out["norm.weight"] = (
        full["cond.weight"],
        full["cond.bias"],
        full["norm"],
    )
    for i in range(config.layers):
        for name in ("q", "k", "v", "o", "gate", "up", "down"):
            out[f"blocks.{i}.{name}"] = full[f"blocks.{i}.{name}.weight"]
        for name in ("norm1", "norm2"):
            out[f"blocks.{i}.{name}.weight"] = full[f"blocks.{i}.{name}"]
    return out


def quantised_tensors(config: PerformerConfig, state: dict[str, Tensor]) -> dict[str, npt.NDArray[Any]]:
    """Every tensor of `model.safetensors`."""
    weights = named_weights(config, state)
    record = config.to_json()
    out: dict[str, npt.NDArray[Any]] = {}
    for name in matrices(record):
        out[f"{name}.weight"], out[f"{name}.scale"] = quantise(weights[name])
    for name in floats(record):
        out[name] = np.ascontiguousarray(weights[name])
    return out


def dequantised_state(config: PerformerConfig, tensors: Mapping[str, npt.NDArray[Any]]) -> dict[str, Tensor]:
    """A state dict of `Performer` with the weights that the native engine computes with."""

    def matrix(name: str) -> Tensor:
        weight, scale = tensors[f"{name}.weight"], tensors[f"{name}.scale"]
        return torch.from_numpy(weight.astype(np.float32) * scale[:, None])

    def plain(name: str) -> Tensor:
        return torch.from_numpy(np.array(tensors[name], np.float32))

    books = range(config.codebooks)
    state = {
        "embed": torch.cat([matrix(f"embed.{k}") for k in books]),
        "heads": torch.cat([matrix(f"heads.{k}") for k in books]),
        "cond.weight": plain("cond.weight"),
        "cond.bias": plain("cond.bias"),
        "norm": plain("norm.weight"),
    }
    for i in range(config.layers):
        for name in ("q", "k", "v", "o", "gate", "up", "down"):
            state[f"blocks.{i}.{name}.weight"] = matrix(f"blocks.{i}.{name}")
        for name in ("norm1", "norm2"):
            state[f"blocks.{i}.{name}"] = plain(f"blocks.{i}.{name}.weight")
    return state


def export(
    path: Path,
    config: PerformerConfig,
    state: dict[str, Tensor],
    about: dict[str, Any],
    ranges: Mapping[str, list[int]] | None = None,
) -> Bundle:
    """Write the int8 bundle; `ranges`: what timbres can play, by name; `about` holds the remaining fields of
    the manifest (name, preset, steps, held_out, ...).
    """
    from safetensors.numpy import save

    architecture = {
        **config.to_json(),
        "sampling": SAMPLING.get(about["name"], {}),
        **({"ranges": dict(ranges)} if ranges else {}),
    }
    manifest = Manifest(
        kind="performer", architecture=architecture, conditioning_version=CONDITIONING_VERSION, **about
    )
    return write_bundle(path, manifest, {WEIGHTS_FILE: save(quantised_tensors(config, state))})


def load_performer(bundle: Bundle, steps: int) -> Performer:
    """The torch model of a bundle, with its int8 weights made float again: what the native engine must
    equal."""
    config = PerformerConfig.from_json(bundle.manifest.architecture)
    model = Performer(config, steps)
    model.load_state_dict(dequantised_state(config, bundle.tensors()))
    return model.eval()
