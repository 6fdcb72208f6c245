"""What a clip encoder's bundle must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.assess.text.hearing import ClipEncoder
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Manifest, load_bundle, write_bundle
from stemwright.models.clips import ENCODER, SPACE

GOOD: dict[str, Any] = {
    "latent": 2, "width": 16, "blocks": 1, "size": 8, "codebooks": 3, "codebook_size": 7, "opset": 17,
    "text_sha256": "a" * 64,
}  # fmt: skip


def written(folder: Path, scale: float = 1.0, left_out: str = "", **other: Any) -> Path:
    space = {"mean": np.zeros(2), "scale": np.full(2, scale), "codebooks": np.zeros((3, 7, 2))}
    held = {name: value.astype(np.float32) for name, value in space.items()}
    content: dict[str, bytes | Path] = {ENCODER: b"", SPACE: save(held)}
    content.pop(left_out, None)
    manifest = Manifest("clips", "clips", "", {**GOOD, **other}, codec_sha256="c" * 64)
    return write_bundle(folder, manifest, content).path


def test_a_bundle_that_is_whole(tmp_path: Path) -> None:
    bundle = load_bundle(written(tmp_path / "c"), kind="clips")
    with pytest.raises(StemwrightError, match="not an ONNX file"):
        ClipEncoder(bundle)


@pytest.mark.parametrize(
    ("field", "value"),
    [("latent", 0), ("size", 513), ("width", "64"), ("text_sha256", "a"), ("text_sha256", 5), ("colour", 1)],
)
def test_a_field_that_is_wrong(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(UsageError, match=field):
        written(tmp_path / "c", **{field: value})


def test_files_that_are_missing_or_others(tmp_path: Path) -> None:
    for name in (ENCODER, SPACE):
        with pytest.raises(UsageError, match=name):
            written(tmp_path / name, left_out=name)
    with pytest.raises(StemwrightError, match="codebooks"):
        written(tmp_path / "c", codebook_size=8)


@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_a_space_that_is_none(tmp_path: Path, scale: float) -> None:
    with pytest.raises(UsageError, match="holds numbers that no space has"):
        ClipEncoder(load_bundle(written(tmp_path / "c", scale)))
