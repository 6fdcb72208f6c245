"""Export of what a training of clips made: the text bundle with its further tensors, and the clip encoder as
`clips.onnx` with `space.safetensors`.

``clips.onnx``: ``steps`` [B, N, 3 * latent] of unit size -> ``vectors`` [B, size] of length 1.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemwright.errors import StemwrightError
from stemwright.flow.space import STACK, LatentSpace
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.clips import ENCODER, SPACE
from stemwright.models.onnx_session import open_session
from stemwright.training.clips.model import ClipConfig, ClipModel
from stemwright.training.fit import averaging
from stemwright.training.fit.onnx_graphs import OPSET, write_graph
from stemwright.training.packing import pack
from stemwright.training.text.export import as_bytes

TOLERANCE = 2e-3


def export_text(
    path: Path, base: Bundle, shape: dict[str, int], weights: Mapping[str, Tensor],
    telling: NDArray[np.uint8], about: Mapping[str, Any],
) -> Bundle:  # fmt: skip
    """Write a text bundle: what `base` has, to the byte, and the tensors of sounds. ``about``: `held_out` and
    `sources` that come to those of the base."""
    from safetensors.numpy import save

    kept = base.tensors()
    tensors = {name: np.asarray(kept[name]) for name in kept if not name.startswith("sound_")}
    table = as_bytes(weights["table.weight"])
    table[telling == 0] = 0
    tensors["sound_table"], tensors["sound_telling"] = table, telling
    for name in ("hidden", "out"):
        tensors[f"sound_{name}"] = as_bytes(weights[f"{name}.weight"])
    was = base.manifest
    manifest = Manifest(
        kind="text",
        name="text",
        preset=was.preset,
        architecture={**was.architecture, "sound": shape},
        licences=tuple(sorted({*was.licences, *about["licences"]})),
        sources=tuple(dict.fromkeys((*was.sources, *about["sources"]))),
        steps=was.steps,
        device=was.device,
        held_out={**was.held_out, **about["held_out"]},
    )
    return write_bundle(path, manifest, {WEIGHTS_FILE: save(tensors)})


def export_clips(
    path: Path, config: ClipConfig, space: LatentSpace, weights: Mapping[str, Tensor], text: Bundle,
    about: Mapping[str, Any],
) -> Bundle:  # fmt: skip
    """Write, check and bundle the clip encoder that belongs to a text bundle; ``about`` holds the remaining
    fields of the manifest. StemwrightError where the graph differs from the network."""
    from safetensors.numpy import save

    model = ClipModel(config)
    averaging.put(model, weights)
    model.eval()
    steps = torch.randn(2, 90, STACK * config.latent, generator=torch.Generator().manual_seed(1))
    with tempfile.TemporaryDirectory() as temp:
        graph = Path(temp) / ENCODER
        axes = {"steps": {0: "batch", 1: "steps"}, "vectors": {0: "batch"}}
        write_graph(model, {"steps": steps}, ("vectors",), axes, graph, fold=False)
        if (exact := _difference(model, steps, graph)) > TOLERANCE:
            raise StemwrightError(f"{ENCODER}: differs from the network by {exact:.2e}; export again")
        pack(graph)
        books = space.codebooks.shape
        manifest = Manifest(
            kind="clips",
            name="clips",
            architecture={
                **config.to_json(),
                "codebooks": int(books[0]),
                "codebook_size": int(books[1]),
                "opset": OPSET,
                "text_sha256": text.sha256,
            },
            **about,
        )
        tensors = {"mean": space.mean, "scale": space.scale, "codebooks": space.codebooks}
        held = {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}
        return write_bundle(path, manifest, {ENCODER: graph, SPACE: save(held)})


@torch.no_grad()
def _difference(model: ClipModel, steps: Tensor, path: Path) -> float:
    """The largest difference of a vector's numbers between network and graph."""
    (found,) = open_session(path).run(None, {"steps": steps.numpy()})
    return float(np.abs(found - model(steps).numpy()).max())
