"""Weights in ten bits: near what they were, and nothing else of a file changes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import stemwright
from stemwright.errors import StemwrightError
from stemwright.models.packed import BLOCK, MARK, packed, unpacked, unpacked_graph

onnx = pytest.importorskip("onnx")

NUMBERS = st.floats(-65504.0, 65504.0, width=32)


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.just(BLOCK)), elements=NUMBERS))
def test_each_number_is_within_half_a_step(values: np.ndarray) -> None:
    """A step is a 511th of the block's largest number, and what float16 rounds it up by."""
    data = packed(values)
    assert len(data) == values.size * 42 // 32
    found = unpacked(data, values.shape)
    step = np.abs(values).max(axis=1, keepdims=True) / 511
    assert (np.abs(found - values) <= 0.5 * (step * (1 + 2.0**-9) + 2.0**-23)).all()
    assert packed(found) == packed(unpacked(packed(found), values.shape))


def test_zero_and_the_largest_come_back() -> None:
    values = np.zeros(64, np.float32)
    values[40], values[41] = 511.0, -511.0
    assert np.array_equal(unpacked(packed(values), (2, 32)).ravel(), values)


@pytest.mark.parametrize("bad", [4e7, np.inf, np.nan])
def test_what_does_not_fit_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        packed(np.full(32, bad, np.float32))


def model_with(values: np.ndarray, doc: str | None = None, cut: int = 0) -> bytes:
    helper, to = onnx.helper, onnx.numpy_helper.from_array
    data = np.frombuffer(packed(values), np.uint8)
    tensor = to(data[: data.size - cut], "w")
    tensor.doc_string = " ".join([MARK, *map(str, values.shape)]) if doc is None else doc
    ends = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, ["a", "b"]) for n in ("x", "y")]
    node = helper.make_node("Mul", ["x", "w"], ["y"], doc_string="an operator")
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [to(np.float32([1, 2]), "b"), tensor])
    model = helper.make_model(graph, producer_name="test", opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"key": "value"})
    data_of: bytes = model.SerializeToString()
    return data_of


def test_nothing_else_of_a_file_changes() -> None:
    values = np.linspace(-1, 1, 6 * 64, dtype=np.float32).reshape(6, 64)
    data = model_with(values)
    made = onnx.load_from_string(unpacked_graph(data, "g.onnx"))
    tensor = made.graph.initializer[1]
    assert tensor.name == "w" and tensor.data_type == onnx.TensorProto.FLOAT
    assert np.array_equal(onnx.numpy_helper.to_array(tensor), unpacked(packed(values), values.shape))
    onnx.checker.check_model(made)
    tensor.CopyFrom(onnx.load_from_string(data).graph.initializer[1])
    assert made.SerializeToString() == data


def test_a_file_without_packed_weights_is_given_back() -> None:
    data = model_with(np.ones(32, np.float32), doc="")
    assert unpacked_graph(data, "g.onnx") is data


@pytest.mark.parametrize("doc", ["64", "0", "-32 -1", "32 x", "", "31", "9" * 30])
def test_a_weight_of_another_size_is_refused(doc: str) -> None:
    data = model_with(np.ones(32, np.float32), doc=f"{MARK} {doc}")
    with pytest.raises(StemwrightError, match=re.escape("g.onnx: a packed weight")):
        unpacked_graph(data, "g.onnx")


def test_a_weight_cut_short_is_refused() -> None:
    with pytest.raises(StemwrightError, match="as many bytes"):
        unpacked_graph(model_with(np.ones(64, np.float32), cut=1), "g.onnx")


def test_all_shipped_weights_take_less_than_140_megabytes() -> None:
    folder = Path(stemwright.__file__).parent / "weights"
    sizes = {str(file.relative_to(folder)): file.stat().st_size for file in folder.rglob("*.*")}
    assert sum(sizes.values()) < 140_000_000, sorted(sizes.items(), key=lambda item: -item[1])[:5]
