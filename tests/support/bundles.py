"""A tiny random codec as two ONNX graphs; with tiny performers and a composer, a whole folder of bundles."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import HOP, SAMPLE_RATE
from support.composers import write_composer
from support.performers import CODEBOOKS, write_performer

CODEBOOK_SIZE = 64


def write_all(folder: Path, seed: int = 0) -> None:
    """A codec, a performer for each known layer and a composer, in `folder`."""
    codec = write_codec(folder, seed)
    for number, layer in enumerate(LAYERS):
        write_performer(folder, layer, codec, seed + number)
    write_composer(folder / "composer", seed)


def write_codec(folder: Path, seed: int = 0) -> Bundle:
    """A codec that sounds like noise, in `folder/codec`."""
    architecture = {
        "sample_rate": SAMPLE_RATE,
        "hop": HOP,
        "codebooks": CODEBOOKS,
        "codebook_size": CODEBOOK_SIZE,
        "context": 4,
    }
    manifest = Manifest(
        kind="codec",
        name="codec",
        preset="random",
        architecture=architecture,
        licences=("Apache-2.0",),
        sources=("random numbers",),
        device="none",
    )
    draw = np.random.default_rng(seed)
    graphs = {"encoder.onnx": _encoder(draw), "decoder.onnx": _decoder(draw)}
    return write_bundle(folder / "codec", manifest, graphs)


def write_wide(folder: Path, codec: Bundle, seed: int = 0) -> Bundle:
    """A wide decoder for a codec's tokens that sounds like noise on either side, in `folder/wide`."""
    architecture = {
        **codec.manifest.architecture,
        "sample_rate": 2 * SAMPLE_RATE,
        "hop": 2 * HOP,
        "channels": 2,
    }
    manifest = Manifest(
        kind="decoder",
        name="wide",
        preset="random",
        architecture=architecture,
        codec_sha256=codec.tokens_sha256,
        licences=("Apache-2.0",),
        sources=("random numbers",),
        device="none",
    )
    graph = _decoder(np.random.default_rng(seed), 2 * HOP, 2)
    return write_bundle(folder / "wide", manifest, {"decoder.onnx": graph})


def _decoder(draw: np.random.Generator, hop: int = HOP, channels: int = 0) -> bytes:
    """codes int64 [1, 8, T] -> audio [1, T * hop] or [1, channels, T * hop]: each code has a waveform, and
    they are added.
    """
    from onnx import TensorProto, helper, numpy_helper

    width = max(1, channels)
    table = (draw.standard_normal((CODEBOOKS * CODEBOOK_SIZE, width * hop)) * 0.05).astype(np.float32)
    offsets = (np.arange(CODEBOOKS, dtype=np.int64) * CODEBOOK_SIZE)[None, :, None]
    constants = {
        "table": table,
        "offsets": offsets,
        "axis": np.array([1]),
        "frames": np.array([1, -1, width, hop]),
    }
    constants["shape"] = np.array([1, channels, -1] if channels else [1, -1])
    nodes = [
        helper.make_node("Add", ["codes", "offsets"], ["rows"]),
        helper.make_node("Gather", ["table", "rows"], ["waves"]),
        helper.make_node("ReduceSum", ["waves", "axis"], ["sum"], keepdims=0),
        helper.make_node("Reshape", ["sum", "frames"], ["framed"]),
        helper.make_node("Transpose", ["framed"], ["turned"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["turned", "shape"], ["audio"]),
    ]
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("codes", TensorProto.INT64, [1, CODEBOOKS, "T"])],
        [
            helper.make_tensor_value_info(
                "audio", TensorProto.FLOAT, [1, *([channels] if channels else []), "N"]
            )
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return onnx_model(graph)


def _encoder(draw: np.random.Generator) -> bytes:
    """audio [1, T * 320] -> codes int64 [1, 8, T]: random projections, rounded to whole numbers."""
    from onnx import TensorProto, helper, numpy_helper

    constants = {
        "weights": (draw.standard_normal((HOP, CODEBOOKS)) * 4).astype(np.float32),
        "frames": np.array([1, -1, HOP]),
        "most": np.array(CODEBOOK_SIZE - 1, np.int64),
    }
    nodes = [
        helper.make_node("Reshape", ["audio", "frames"], ["framed"]),
        helper.make_node("MatMul", ["framed", "weights"], ["places"]),
        helper.make_node("Abs", ["places"], ["sizes"]),
        helper.make_node("Cast", ["sizes"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Min", ["whole", "most"], ["capped"]),
        helper.make_node("Transpose", ["capped"], ["codes"], perm=[0, 2, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [1, "N"])],
        [helper.make_tensor_value_info("codes", TensorProto.INT64, [1, CODEBOOKS, "T"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return onnx_model(graph)


def onnx_model(graph: object) -> bytes:
    """A checked model of one graph, as its file holds it."""
    from onnx import checker, helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
