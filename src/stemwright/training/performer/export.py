"""From trained weights to a bundle of int8 matrices, and back."""

from __future__ import annotations

from collections import Counter, defaultdict
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
from stemwright.models.int8 import dense, quantise
from stemwright.training.performer.config import SAMPLING, PerformerConfig
from stemwright.training.performer.model import PerformerNetwork

Floats = npt.NDArray[np.float32]


def _parameter(name: str) -> str:
    """The network's parameter that holds a tensor of the bundle; all codebooks' tables are in one."""
    first = name.partition(".")[0]
    if first in ("embed", "heads"):
        return first
    if "norm" in name:
        return name.removesuffix(".weight")
    return name if first == "cond" else f"{name}.weight"


def named_weights(config: PerformerConfig, state: Mapping[str, Tensor]) -> dict[str, Floats]:
    """The trained parameters under the bundle's names: matrices `X` and vectors."""
    full = {name: value.detach().float().cpu().numpy() for name, value in state.items()}
    out: dict[str, Floats] = {}
    read: Counter[str] = Counter()
    record = config.to_json()
    for name, shape in {**matrices(record), **floats(record)}.items():
        parameter, rows = _parameter(name), shape[0]
        out[name] = full[parameter][read[parameter] : read[parameter] + rows]
        read[parameter] += rows
    return out


def quantised_tensors(config: PerformerConfig, state: Mapping[str, Tensor]) -> dict[str, npt.NDArray[Any]]:
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
    """A state dict of `PerformerNetwork` with the weights that the native engine computes with."""
    record = config.to_json()
    parts: defaultdict[str, list[npt.NDArray[Any]]] = defaultdict(list)
    for name in matrices(record):
        parts[_parameter(name)].append(dense(tensors[f"{name}.weight"], tensors[f"{name}.scale"]))
    for name in floats(record):
        parts[_parameter(name)].append(np.array(tensors[name], np.float32))
    return {name: torch.from_numpy(np.concatenate(part)) for name, part in parts.items()}


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


def load_performer(bundle: Bundle, steps: int) -> PerformerNetwork:
    """The torch model of a bundle, with its int8 weights made float again: what the native engine must
    equal."""
    config = PerformerConfig.from_json(bundle.manifest.architecture)
    model = PerformerNetwork(config, steps)
    model.load_state_dict(dequantised_state(config, bundle.tensors()))
    return model.eval()
