"""What a flow's bundle must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.network import FlowNetwork
from stemwright.models import Manifest, load_bundle, write_bundle
from stemwright.models.flow import SPACE, VELOCITY

GOOD: dict[str, Any] = {
    "latent": 2, "width": 64, "blocks": 1, "ffn": 64, "features": 5, "layers": 4, "codebooks": 3,
    "codebook_size": 7, "style": 512, "leaps": 0, "text_sha256": "", "opset": 17,
    "timbres": {"bass": ["finger"]},
    "ranges": {"bass": {"finger": [28, 60]}},
}  # fmt: skip


def written(folder: Path, scale: float = 1.0, left_out: str = "", **other: Any) -> Path:
    space = {"mean": np.zeros(2), "scale": np.full(2, scale), "codebooks": np.zeros((3, 7, 2))}
    held = {name: value.astype(np.float32) for name, value in space.items()}
    content: dict[str, bytes | Path] = {VELOCITY: b"", SPACE: save(held)}
    content.pop(left_out, None)
    manifest = Manifest("flow", "flow", "", {**GOOD, **other}, codec_sha256="c" * 64, conditioning_version=3)
    return write_bundle(folder, manifest, content).path


def test_a_bundle_that_is_whole(tmp_path: Path) -> None:
    bundle = load_bundle(written(tmp_path / "f"), kind="flow")
    with pytest.raises(StemwrightError, match="not an ONNX file"):
        FlowNetwork(bundle)


@pytest.mark.parametrize(
    ("field", "value"),
    [("latent", 0), ("width", "64"), ("codebooks", 17), ("leaps", 2),
     ("text_sha256", "x" * 64), ("text_sha256", None),
     ("timbres", ["finger"]), ("timbres", {"bass": [1]}),
     ("ranges", {"bass": {"finger": [28]}}), ("ranges", 5), ("colour", 1)],
)  # fmt: skip
def test_a_field_that_is_wrong(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(UsageError, match=field):
        written(tmp_path / "f", **{field: value})


def test_files_that_are_missing_or_others(tmp_path: Path) -> None:
    for name in (VELOCITY, SPACE):
        with pytest.raises(UsageError, match=name):
            written(tmp_path / name, left_out=name)
    with pytest.raises(StemwrightError, match="codebooks"):
        written(tmp_path / "f", codebook_size=8)


@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_a_space_that_is_none(tmp_path: Path, scale: float) -> None:
    with pytest.raises(UsageError, match="holds numbers that no space has"):
        FlowNetwork(load_bundle(written(tmp_path / "f", scale)))
