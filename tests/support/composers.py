"""A composer with random weights, tiny; and a stand-in for the engine that notes what it hears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.symbolic.composer.conditions import FEATURES, VERSION
from stemwright.symbolic.events.vocabulary import SIZE, identity
from support.performers import random_tensors

TINY: dict[str, Any] = {
    "d_model": 16,
    "layers": 1,
    "heads": 2,
    "kv_heads": 1,
    "head_dim": 16,
    "ffn": 16,
    "codebooks": 1,
    "codebook_size": SIZE,
    "features": FEATURES,
    "window": 1024,
    "lookahead": 0,
    "rope_base": 10000.0,
    "norm_eps": 1e-5,
}


def write_composer(folder: Path, seed: int = 0) -> Bundle:
    """A composer's bundle with random weights."""
    manifest = Manifest(
        kind="composer",
        name="composer",
        preset="tiny",
        architecture={**TINY, "events": identity()},
        conditioning_version=VERSION,
    )
    return write_bundle(folder, manifest, {WEIGHTS_FILE: save(random_tensors(TINY, seed))})


class Listening:
    """An engine and its state in one: hears tokens and conditions, says random numbers."""

    isa = "generic"

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.runs: list[list[tuple[int, np.ndarray]]] = []

    def state(self, batch: int = 1) -> Listening:
        """Begin anew."""
        self.runs.append([])
        return self

    def prefill(self, tokens: np.ndarray, features: np.ndarray) -> None:
        """Hear some steps."""
        self.runs[-1] += list(zip(tokens[0, :, 0].tolist(), features[0], strict=True))

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Hear one, say [batch, 1, SIZE]."""
        self.prefill(tokens[:, None], features[:, None])
        return self.rng.standard_normal((len(tokens), 1, SIZE)).astype(np.float32)
