"""Tiny performers with random weights: bundles that load, run fast and sound like noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.conditioning import CONDITIONING_VERSION, feature_size
from stemwright.models import Bundle, Manifest, load_bundle, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE, performer_tensors

CODEBOOKS = 8
TIMBRES = ("plain", "bright")


def tiny_config(layer: str, codebook_size: int, codebooks: int = CODEBOOKS) -> dict[str, Any]:
    """An architecture small enough for thousands of frames a second."""
    return {
        "d_model": 32,
        "layers": 2,
        "heads": 2,
        "kv_heads": 1,
        "head_dim": 16,
        "ffn": 48,
        "codebooks": codebooks,
        "codebook_size": codebook_size,
        "features": feature_size(layer),
        "window": 48,
        "rope_base": 10000.0,
        "norm_eps": 1e-5,
        "lookahead": 2,
    }


def random_tensors(config: dict[str, Any], seed: int) -> dict[str, np.ndarray]:
    """Every tensor of a performer, drawn from one seed."""
    draw = np.random.default_rng(seed)
    made: dict[str, np.ndarray] = {}
    for name, (dtype, shape) in sorted(performer_tensors(config).items()):
        if dtype == "I8":
            made[name] = draw.integers(-127, 128, shape, dtype=np.int8)
        elif name.endswith(".scale"):
            made[name] = np.full(shape, 0.002, np.float32)
        elif "norm" in name:
            made[name] = np.ones(shape, np.float32)
        else:
            made[name] = (draw.standard_normal(shape) * 0.05).astype(np.float32)
    return made


def write_performer(folder: Path, layer: str, codec: Bundle, seed: int = 0) -> Bundle:
    """A performer of `layer` for `codec`, in `folder/<layer>`."""
    from safetensors.numpy import save

    shape = codec.manifest.architecture
    config = tiny_config(layer, shape.get("codebook_size", 1024), shape.get("codebooks", CODEBOOKS))
    manifest = Manifest(
        kind="performer",
        name=layer,
        preset="random",
        architecture=config,
        codec_sha256=codec.sha256,
        conditioning_version=CONDITIONING_VERSION,
        timbres=TIMBRES,
        licences=("Apache-2.0",),
        sources=("random numbers",),
        device="none",
    )
    return write_bundle(folder / layer, manifest, {"model.safetensors": save(random_tensors(config, seed))})


def with_ranges(folder: Path, ranges: object) -> None:
    """A performer's bundle again, which says what its timbres can play: by name, lowest and highest pitch."""
    bundle = load_bundle(folder)
    shape = {**bundle.manifest.architecture, "ranges": ranges}
    tensors = (folder / WEIGHTS_FILE).read_bytes()
    write_bundle(folder, replace(bundle.manifest, architecture=shape), {WEIGHTS_FILE: tensors})
