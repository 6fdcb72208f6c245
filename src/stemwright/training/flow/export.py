"""Export of a trained flow: `velocity.onnx` and `space.safetensors`, checked against the network.

``velocity.onnx``: ``x`` [B, N, S], ``time`` and ``span`` [B, N], ``told`` [B, N, 3 * F], ``layer`` int64 [B],
``style`` [B, 512], ``places`` float32 [N], ``past`` [blocks, 2, B, H, P,
64] -> ``velocity`` [B, N, S], ``present`` [blocks, 2, B, H, N, 64].
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
from stemwright.models.flow import HEAD, SPACE, VELOCITY
from stemwright.models.onnx_session import open_session
from stemwright.training.fit import averaging
from stemwright.training.fit.onnx_graphs import OPSET, Computed, write_graph
from stemwright.training.flow.config import FlowConfig
from stemwright.training.flow.model import Conditions, FlowModel
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
    leaps: bool = False,
    text: str = "",
) -> Bundle:
    """Write, check and bundle a network; ``about`` holds the remaining fields of the manifest.
    ``ranges``: what timbres can play, by layer; ``leaps``: whether it has learnt them;
    ``text``: the identity of the text bundle whose vectors it understands."""
    from safetensors.numpy import save

    model = FlowModel(config)
    averaging.put(model, {name: value.cpu() for name, value in weights.items()})
    model.eval()
    with tempfile.TemporaryDirectory() as temp:
        graph = Path(temp) / VELOCITY
        given = _example(config)
        write_graph(_stepping(model), given, ("velocity", "present"), _axes(), graph, fold=False)
        exact = difference(model, given, graph)
        if exact > TOLERANCE:
            raise StemwrightError(f"{VELOCITY}: differs from the network by {exact:.2e}; export again")
        pack(graph)
        manifest = Manifest(
            kind="flow",
            name="flow",
            architecture={
                **config.to_json(),
                "leaps": int(leaps),
                "text_sha256": text,
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
        tensor.name.removeprefix("model."): torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in read_graph(bundle.file(VELOCITY)).initializer
    }
    missing = sorted(set(model.state_dict()) - set(found))
    if missing:
        raise UsageError(f"{bundle.path}: its graph lacks {missing[0]!r}; export the network again")
    model.load_state_dict({name: found[name] for name in model.state_dict()})
    return model


def _stepping(model: FlowModel) -> Computed:
    """What the graph computes."""

    def after(
        model: FlowModel,
        x: Tensor,
        time: Tensor,
        span: Tensor,
        told: Tensor,
        layer: Tensor,
        style: Tensor,
        places: Tensor,
        past: Tensor,
    ) -> tuple[Tensor, Tensor]:
        return model.after(x, time, span, Conditions(told, layer, style), places, past)

    return Computed(model, after)


def _axes() -> dict[str, dict[int, str]]:
    """Which axes have any length."""
    steps = {0: "batch", 1: "steps"}
    return {
        **{name: steps for name in ("x", "time", "span", "told", "velocity")},
        **{name: {0: "batch"} for name in ("layer", "style")},
        "places": {0: "steps"},
        "past": {2: "batch", 4: "before"},
        "present": {2: "batch", 4: "steps"},
    }


def _example(config: FlowConfig) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    steps, before = 40, 12

    def drawn(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator)

    return {
        "x": torch.randn(2, steps, config.step, generator=generator),
        "time": drawn(2, steps),
        "span": drawn(2, steps),
        "told": drawn(2, steps, STACK * config.features),
        "layer": torch.tensor([0, 1]),
        "style": drawn(2, config.style),
        "places": torch.arange(before, before + steps).float(),
        "past": drawn(config.blocks, 2, 2, config.heads, before, HEAD),
    }


@torch.no_grad()
def difference(model: FlowModel, given: Mapping[str, Tensor], path: Path) -> float:
    """The largest difference of a number between network and graph."""
    found = open_session(path).run(None, {name: value.numpy() for name, value in given.items()})
    wanted = _stepping(model)(*given.values())
    return max(float(np.abs(one - each.numpy()).max()) for one, each in zip(found, wanted, strict=True))
