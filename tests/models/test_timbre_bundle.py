"""What a timbre's bundle must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Manifest, load_bundle, write_bundle
from stemwright.models.onnx_session import library
from stemwright.models.timbre import DECODER, ENCODER, MEMORY
from stemwright.models.timbre_files import read_timbre

GOOD: dict[str, Any] = {
    "sample_rate": 48000,
    "hop": 128,
    "delay": 112,
    "latent": 2,
    "encoder_state": 3,
    "decoder_state": 4,
    "memory": 5,
    "parameters": 6,
    "opset": 17,
    "network": {},
}


def written(folder: Path, shape: tuple[int, int] = (5, 2), files: tuple[str, ...] = (), **other: Any) -> Path:
    content: dict[str, bytes | Path] = {ENCODER: b"", DECODER: b"", MEMORY: b""}
    content[MEMORY] = save({"latent": np.zeros(shape, np.float32)})
    for name in files:
        del content[name]
    return write_bundle(folder, Manifest("timbre", "t", "", {**GOOD, **other}), content).path


def test_a_bundle_that_is_whole(tmp_path: Path) -> None:
    bundle = load_bundle(written(tmp_path / "t"), kind="timbre")
    with pytest.raises(StemwrightError, match="not an ONNX file"):
        read_timbre(bundle)


@pytest.mark.parametrize(
    ("field", "value"),
    [("sample_rate", 44100), ("hop", 64), ("latent", 65), ("latent", 0), ("encoder_state", 1 << 21),
     ("delay", -1), ("memory", "5"), ("colour", 1)],
)  # fmt: skip
def test_a_field_that_is_wrong(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(UsageError, match=field):
        written(tmp_path / "t", **{field: value})


def test_files_that_are_missing_or_others(tmp_path: Path) -> None:
    for name in (ENCODER, DECODER, MEMORY):
        with pytest.raises(UsageError, match=name):
            written(tmp_path / name, files=(name,))
    with pytest.raises(StemwrightError, match="latent"):
        written(tmp_path / "t", shape=(5, 3))


def test_onnx_runtime_s_library_is_there() -> None:
    assert library().is_file()
