"""A shape small enough to be measured in a blink, and its weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.bench import material
from stemwright.bench.cases import Shape

CONFIG = {
    "d_model": 64, "layers": 2, "heads": 4, "kv_heads": 2, "head_dim": 32, "ffn": 96, "features": 11,
    "codebooks": 8, "codebook_size": 60, "rope_base": 10000.0, "norm_eps": 1e-5, "lookahead": 2,
}  # fmt: skip


@pytest.fixture
def shape() -> Shape:
    return Shape("base", ("drums", "bass", "lead"), CONFIG)


@pytest.fixture
def folder(shape: Shape, tmp_path: Path) -> Path:
    material.write(tmp_path / "weights", shape.architecture(64))
    return tmp_path / "weights"
