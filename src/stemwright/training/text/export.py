"""From trained weights to a bundle: every matrix as bytes with a sign, of one scale each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from stemwright.compose.styles import BOOK
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.text.features import BUCKETS, word_hash

PRESETS: dict[str, dict[str, int]] = {
    "tiny": {"width": 16, "hidden": 32, "size": 16},
    "small": {"width": 64, "hidden": 192, "size": 96},
}
"""`tiny` is for tests."""
CLIPPED = 99.95
"""Percentile of a matrix's sizes that the largest byte stands for."""


def config_of(preset: str) -> dict[str, Any]:
    """The architecture of a preset, without its vocabulary."""
    return {"version": 1, "buckets": BUCKETS, "styles": list(BOOK), **PRESETS[preset]}


def bundle_tensors(
    weights: Mapping[str, Tensor], telling: NDArray[np.uint8], words: Collection[str]
) -> dict[str, NDArray[Any]]:
    """The tensors of `model.safetensors` from the model's parameters by name."""
    table = as_bytes(weights["table.weight"])
    table[telling == 0] = 0
    styles = weights["styles"] / weights["styles"].norm(dim=1, keepdim=True)
    return {
        "table": table,
        "telling": telling,
        "hidden": as_bytes(weights["hidden.weight"]),
        "out": as_bytes(weights["out.weight"]),
        "styles": as_bytes(styles, 100.0),
        "vocabulary": np.unique(np.asarray([word_hash(word) for word in words], np.int32)),
    }


def export(path: Path, config: dict[str, Any], tensors: dict[str, Any], about: dict[str, Any]) -> Bundle:
    """Write the bundle; `about` holds the remaining fields of the manifest."""
    from safetensors.numpy import save

    whole = {**config, "vocabulary": len(tensors["vocabulary"])}
    manifest = Manifest(kind="text", name="text", architecture=whole, **about)
    return write_bundle(path, manifest, {WEIGHTS_FILE: save(tensors)})


def as_bytes(matrix: Tensor, share: float = CLIPPED) -> NDArray[np.int8]:
    """A matrix as bytes with a sign, of one scale."""
    values = matrix.detach().numpy()
    scale = float(np.percentile(np.abs(values), share)) / 127
    return np.clip(np.round(values / scale), -127, 127).astype(np.int8)
