"""Bundles with packed decoders: the same tokens, nearly the same sound, trained on as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnx
import torch

from stemwright.codec.codec import Codec
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import find, load_bundle
from stemwright.models.onnx_session import open_session
from stemwright.training import packing
from stemwright.training.codec.restore import model_of
from stemwright.training.repack import repack
from support.codecs import write_tiny


def test_tokens_stay_and_the_decoder_shrinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGE", 64)
    whole = write_tiny(tmp_path / "whole")
    small = repack(whole.path, tmp_path / "small")
    assert small.tokens_sha256 == whole.tokens_sha256 and small.sha256 != whole.sha256
    sizes = [(b.path / "decoder.onnx").stat().st_size for b in (small, whole)]
    assert sizes[0] < 0.9 * sizes[1]
    sound = np.random.default_rng(0).standard_normal(3200).astype(np.float32) * 0.1
    one, other = Codec.load(whole.path), Codec.load(small.path)
    tokens = one.encode(sound)
    assert np.array_equal(tokens, other.encode(sound))
    difference = np.abs(one.decode(tokens) - other.decode(tokens)).max()
    assert 0 < difference < 1e-2 and 0 < small.manifest.held_out["packed_max_difference"] < 1e-2
    before, after = (model_of(bundle).state_dict() for bundle in (whole, small))
    for name, value in before.items():
        exact = name.startswith(("encoder", "quantiser.codebooks"))
        near = 0.0 if exact else float(value.abs().max()) / 900
        assert torch.allclose(after[name], value, rtol=0, atol=near), name
    again = repack(small.path, tmp_path / "again")
    assert again.tokens_sha256 == whole.tokens_sha256, "what was packed can be packed"


@pytest.mark.parametrize("name", ["codec", "wide", "tone"])
def test_what_ships_is_packed(tmp_path: Path, name: str) -> None:
    """Packing it again changes no file, and keeps its tokens."""
    shipped = load_bundle(find(name))
    again = repack(shipped.path, tmp_path / name)
    assert again.tokens_sha256 == shipped.tokens_sha256 or name == "wide"
    for file in shipped.manifest.files:
        assert again.file(file).stat().st_size == shipped.file(file).stat().st_size, file


def test_a_performer_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a performer"):
        repack(find("bass"), tmp_path / "out")


def weight_graph(path: Path, values: np.ndarray, half: bool) -> Path:
    """Its input times a weight, which may be stored as float16 behind a cast."""
    helper, arrays = onnx.helper, onnx.numpy_helper
    kind, name = (np.float16, "w_half") if half else (np.float32, "w")
    stored = arrays.from_array(values.astype(kind), name)
    cast = [helper.make_node("Cast", ["w_half"], ["w"], to=onnx.TensorProto.FLOAT)] if half else []
    ends = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, ["a", "b"]) for n in ("x", "y")]
    nodes = [*cast, helper.make_node("MatMul", ["x", "w"], ["y"])]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [stored])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


@pytest.mark.parametrize("half", [False, True])
def test_large_weights_are_packed_and_read_again(tmp_path: Path, half: bool) -> None:
    values = np.random.default_rng(2).standard_normal((64, 96)).astype(np.float16).astype(np.float32)
    path = weight_graph(tmp_path / "g.onnx", values, half)
    size = path.stat().st_size
    x = np.eye(64, dtype=np.float32)
    packing.pack(path)
    assert path.stat().st_size < (0.7 if half else 0.35) * size
    (found,) = open_session(path).run(None, {"x": x})
    assert np.abs(found - values).max() < np.abs(values).max() / 1000
    (tensor,) = packing.read_graph(path).initializer
    assert tensor.name == "w" and np.array_equal(onnx.numpy_helper.to_array(tensor), found)


def test_some_weights_are_left_alone(tmp_path: Path) -> None:
    values = np.random.default_rng(2).standard_normal((64, 96)).astype(np.float32)
    for name, shape, keep in (("kept", (64, 96), ("w",)), ("small", (8, 8), ()), ("odd", (83, 51), ())):
        given = np.resize(values, shape)
        path = weight_graph(tmp_path / f"{name}.onnx", given, half=False)
        packing.pack(path, keep=keep)
        (tensor,) = onnx.load(str(path)).graph.initializer
        assert np.array_equal(onnx.numpy_helper.to_array(tensor), given), name
    path = weight_graph(tmp_path / "huge.onnx", np.full((64, 96), 1e9, np.float32), half=False)
    with pytest.raises(StemwrightError, match="'w' does not fit into ten bits"):
        packing.pack(path)
