"""Small timbres with random weights, exported on the fly, and graphs that misbehave. Needs torch: import it
after pytest.importorskip.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from onnx import TensorProto, helper

from stemwright.models import Bundle, Manifest
from stemwright.models.timbre import HOP, RATE, TimbreFiles
from stemwright.training.timbre.config import TimbreConfig
from stemwright.training.timbre.export import export_model
from stemwright.training.timbre.model import TimbreModel
from stemwright.training.timbre.sounds import Sound, Sounds


def phrase(seconds: float = 1.0, seed: int = 0) -> Sound:
    """Notes of a plain instrument, with a little breath."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 220.0 * 2 ** (np.floor(4 * t) / 6)
    turns = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(k * turns) / k for k in (1, 2, 3)) * np.exp(-2 * (4 * t % 1))
    return (0.2 * tone + 0.003 * rng.standard_normal(t.size)).astype(np.float32)


def random_model(seed: int = 0) -> TimbreModel:
    """A tiny network that makes sound."""
    torch.manual_seed(seed)
    model = TimbreModel(TimbreConfig(4, 4, (1, 3)))
    with torch.no_grad():
        model.decoder.last.conv.weight.mul_(3.0)
        model.settle(model.encode(torch.from_numpy(phrase()[: 300 * HOP])[None]))
    return model.eval()


def write_timbre(folder: Path, seed: int = 0) -> Bundle:
    """A bundle of `random_model`."""
    sounds = Sounds((phrase(2.0, seed),), (phrase(2.0, seed + 1),))
    return export_model(random_model(seed), folder, sounds, Manifest("timbre", "random", "tiny", {}))


def _graph(nodes: list[object], given: tuple[str, list[object]], made: tuple[str, list[object]]) -> bytes:
    def info(name: str, shape: list[object]) -> object:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    kept = helper.make_node("Identity", ["state"], ["next"])
    graph = helper.make_graph(
        [*nodes, kept], "g", [info(*given), info("state", [1, 1])], [info(*made), info("next", [1, 1])]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _constant(name: str, kind: int, values: list[float] | list[int]) -> object:
    tensor = helper.make_tensor(name, kind, [len(values)], values)
    return helper.make_node("Constant", [], [name], value=tensor)


def failing_files(*, loud: bool) -> TimbreFiles:
    """A timbre of one number that plays its input's mean; ``loud``: its graph refuses a mean from .5 on, else
    it makes what is no number of a mean below 0."""
    axes = _constant("axes", TensorProto.INT64, [1])
    mean = helper.make_node("ReduceMean", ["audio"], ["mean"], axes=[1], keepdims=1)
    looked_up = [
        _constant("two", TensorProto.FLOAT, [2.0]),
        _constant("table", TensorProto.FLOAT, [0.25]),
        helper.make_node("Mul", ["mean", "two"], ["twice"]),
        helper.make_node("Cast", ["twice"], ["place"], to=TensorProto.INT64),
        helper.make_node("Gather", ["table", "place"], ["found"]),
    ]
    last = helper.make_node("Unsqueeze", ["found" if loud else "mean", "axes"], ["latent"])
    encoder = [axes, mean, *(looked_up if loud else []), last]
    decoder = [
        _constant("shape", TensorProto.INT64, [1, HOP]),
        _constant("first", TensorProto.INT64, [1]),
        helper.make_node("Squeeze", ["latent", "first"], ["flat"]),
        helper.make_node("Sqrt", ["flat"], ["root"]),
        helper.make_node("Expand", ["root", "shape"], ["audio"]),
    ]
    return TimbreFiles(
        _graph(encoder, ("audio", [1, "n"]), ("latent", [1, 1, "t"])),
        _graph(decoder, ("latent", [1, 1, "t"]), ("audio", [1, "n"])),
        1,
        1,
        1,
        0,
        np.zeros((2, 1), np.float32),
    )
