"""Bundles of personal styles: what is written is read, and whatever is wrong is told in one line."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.errors import UsageError
from stemwright.models import Bundle, Manifest, load_bundle, write_bundle
from stemwright.models.adapter import ADAPTER_FILE, adapter_tensors

SHAPE = {"d_model": 32, "layers": 2, "heads": 2, "kv_heads": 1, "head_dim": 16, "rank": 8}
MANIFEST = Manifest(
    kind="adapter",
    name="mine",
    preset="tiny",
    architecture={**SHAPE, "layer": "bass", "base_sha256": "a" * 64},
    codec_sha256="b" * 64,
    conditioning_version=3,
    licences=("consent: mine",),
    sources=("take.wav " + "c" * 64,),
)


def tensors() -> dict[str, np.ndarray]:
    return {n: np.ones(shape, np.float32) for n, (_, shape) in adapter_tensors(SHAPE, 8).items()}


def written(path: Path, content: bytes | None = None, **fields: Any) -> Bundle:
    manifest = replace(MANIFEST, architecture={**MANIFEST.architecture, **fields})
    return write_bundle(path, manifest, {ADAPTER_FILE: save(tensors()) if content is None else content})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    made = written(tmp_path / "mine")
    read = load_bundle(tmp_path / "mine", kind="adapter")
    assert read.sha256 == made.sha256
    assert read.manifest.architecture["layer"] == "bass"
    assert dict(read.tensors(ADAPTER_FILE)).keys() == tensors().keys()


def bad(change: Any) -> bytes:
    made = tensors()
    change(made)
    return save(made)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps({"a": 1}), "not a safetensors file"),
        (b"", "not a safetensors file"),
        (save({"x": np.zeros(1 << 19, np.float32)}), "an adapter has at most 1048576"),
        (bad(lambda t: t.pop("blocks.1.o.a")), "tensor 'blocks.1.o.a' is missing"),
        (bad(lambda t: t.update({"blocks.2.q.a": np.zeros(1, np.float32)})), "unknown tensor 'blocks.2.q.a'"),
        (bad(lambda t: t.update({"blocks.0.q.a": np.zeros((4, 32), np.float32)})), r"is F32 \[4, 32\], must"),
        (bad(lambda t: t.update({"blocks.0.q.a": np.zeros((8, 32))})), r"is F64 \[8, 32\], must"),
        (bad(lambda t: t["blocks.0.q.a"].fill(np.nan)), "'blocks.0.q.a' has a value that is not finite"),
        (bad(lambda t: t["blocks.1.v.b"].fill(np.inf)), "'blocks.1.v.b' has a value that is not finite"),
    ],
)
def test_bad_weights_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        written(tmp_path / "mine", content)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rank": 0}, "'architecture.rank' must be a whole number, 1 to 64"),
        ({"rank": 65}, "'architecture.rank' must be"),
        ({"rank": True}, "'architecture.rank' must be"),
        ({"layers": 10**9}, "'architecture.layers' must be"),
        ({"layer": ""}, "'architecture.layer' must name a layer"),
        ({"base_sha256": "../x"}, "'architecture.base_sha256' must be 64"),
        ({"alpha": 1}, "which this version does not know"),
    ],
)
def test_bad_fields_are_refused(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        written(tmp_path / "mine", **fields)
    assert "\n" not in str(caught.value)
