"""Writes the graphs that ONNX Runtime's contestants choose among."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from stemwright.bench.material import inputs, read
from stemwright.bench.ort.graph_format import GraphFormat
from stemwright.bench.ort.performer_graph import CacheScales, performer
from stemwright.bench.ort.runtime import BoundGraph

BLOCKS = (32, 64, 128)
"""Blocks of 16 were half as fast, of 256 no faster and padded."""
CALIBRATION_STEPS = 32
REACH = 5.0
"""Largest number of the int8 cache, in root mean squares of its channel: next to nothing is cut off."""


def build(folder: Path) -> None:
    """All graphs, beside the weights in `folder`."""
    config, tensors = read(folder)
    full = GraphFormat(None, "float32")
    _save(performer(config, tensors, full), folder / full.file)
    scales = _cache_scales(folder / full.file, config)
    for block in BLOCKS:
        for kv in ("float32", "int8"):
            form = GraphFormat(block, kv)
            _save(performer(config, tensors, form, scales), folder / form.file)


def _save(model: onnx.ModelProto, path: Path) -> None:
    """The weights lie beside the graph, so that the runtime can map them instead of reading them."""
    data = f"{path.name}.data"
    onnx.save(model, path, save_as_external_data=True, location=data, size_threshold=1024)


def _cache_scales(path: Path, config: dict[str, object]) -> CacheScales:
    """ONNX Runtime's int8 cache has a fixed scale a channel, found by decoding a little."""
    decoder = BoundGraph(path, config, 1, 1, CALIBRATION_STEPS)
    tokens, features = inputs(config, 1, CALIBRATION_STEPS)
    for i in range(CALIBRATION_STEPS):
        decoder.step(tokens[:, i], features[:, i])

    def scale(name: str) -> np.ndarray:
        size = np.sqrt((decoder.buffers[name] ** 2).mean(axis=(0, 2))).reshape(-1)
        made: np.ndarray = (size * (REACH / 127)).astype(np.float32)
        return made

    layers = range(int(str(config["layers"])))
    return [(scale(f"key.{i}"), scale(f"value.{i}")) for i in layers]
