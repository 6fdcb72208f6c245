"""Export of a trained flow: `velocity.onnx` and `space.safetensors`, checked against the network.

``velocity.onnx``: ``x`` [B, N, S], ``time`` [B, N], ``told`` [B, N, 3 * F], ``layer`` int64 [B] -> velocities
[B, N, S].
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stemwright.conditioning import CONDITIONING_VERSION
from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.space import STACK, LatentSpace
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.flow import SPACE, VELOCITY
from stemwright.models.onnx_session import open_session
from stemwright.training.fit import averaging
from stemwright.training.fit.onnx_graphs import OPSET, write_graph
from stemwright.training.flow.config import FlowConfig
from stemwright.training.flow.model import FlowModel
from stemwright.training.packing import pack, read_graph

TOLERANCE = 1e-3


def export(
    path: Path,
    config: FlowConfig,
    space: LatentSpace,
    weights: Mapping[str, Tensor],
    timbres: Mapping[str, Sequence[str]],
    ranges: Mapping[str, Mapping[str, Sequence[int]]],
    about: Mapping[str, Any],
) -> Bundle:
    """Write, check and bundle a network; ``about`` holds the remaining fields of the manifest.
    ``ranges``: what timbres can play, by layer."""
    from safetensors.numpy import save

    model = FlowModel(config)
    averaging.put(model, {name: value.cpu() for name, value in weights.items()})
    model.eval()
    with tempfile.TemporaryDirectory() as temp:
        graph = Path(temp) / VELOCITY
        given = _example(config)
        axes = {name: {0: "batch", 1: "steps"} for name in ("x", "time", "told", "velocity")}
        write_graph(model, given, ("velocity",), {**axes, "layer": {0: "batch"}}, graph, fold=False)
        exact = difference(model, given, graph)
        if exact > TOLERANCE:
            raise StemwrightError(f"{VELOCITY}: differs from the network by {exact:.2e}; export again")
        pack(graph)
        manifest = Manifest(
            kind="flow",
            name="flow",
            architecture={
                **config.to_json(),
                "codebooks": int(space.codebooks.shape[0]),
                "codebook_size": int(space.codebooks.shape[1]),
                "timbres": {layer: list(names) for layer, names in timbres.items()},
                "ranges": {layer: dict(found) for layer, found in ranges.items()},
                "opset": OPSET,
            },
            conditioning_version=CONDITIONING_VERSION,
            **{
                **about,
                "held_out": {
                    **about["held_out"],
                    "graph_difference": round(difference(model, given, graph), 6),
                },
            },
        )
        tensors = {"mean": space.mean, "scale": space.scale, "codebooks": space.codebooks}
        held = {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}
        return write_bundle(path, manifest, {VELOCITY: graph, SPACE: save(held)})


def model_of(bundle: Bundle) -> FlowModel:
    """The network of a bundle, its large weights in the ten bits that they are stored in. UsageError where
    its graph lacks a weight."""
    from onnx import numpy_helper

    shape = {f.name: bundle.manifest.architecture[f.name] for f in fields(FlowConfig)}
    model = FlowModel(FlowConfig(**shape))
    found = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in read_graph(bundle.file(VELOCITY)).initializer
    }
    missing = sorted(set(model.state_dict()) - set(found))
    if missing:
        raise UsageError(f"{bundle.path}: its graph lacks {missing[0]!r}; export the network again")
    model.load_state_dict({name: found[name] for name in model.state_dict()})
    return model


def _example(config: FlowConfig) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    steps = 40
    return {
        "x": torch.randn(2, steps, config.step, generator=generator),
        "time": torch.rand(2, steps, generator=generator),
        "told": torch.rand(2, steps, STACK * config.features, generator=generator),
        "layer": torch.tensor([0, 1]),
    }


@torch.no_grad()
def difference(model: FlowModel, given: Mapping[str, Tensor], path: Path) -> float:
    """The largest difference of a velocity between network and graph."""
    (found,) = open_session(path).run(None, {name: value.numpy() for name, value in given.items()})
    return float(np.abs(found - model(*given.values()).numpy()).max())
