"""A tiny flow as an ONNX graph: it goes from wherever it is to what the conditions say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stemwright.conditioning import CONDITIONING_VERSION
from stemwright.flow.told import STYLE
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.flow import HEAD, SPACE, VELOCITY
from stemwright.song.layers import LAYERS
from support.performers import TIMBRES
from support.tones import TONE_CODEBOOKS, TONE_SIZE, _graph, _normal

LATENT, FEATURES = 4, 393


def write_flow(folder: Path, tone: Bundle, seed: int = 0, text: str = "") -> Bundle:
    """A flow for the tokens of a tone codec, in `folder/flow`, that knows words of the text bundle `text`."""
    from safetensors.numpy import save

    draw = np.random.default_rng(seed)
    step = 3 * LATENT
    constants = {"project": _normal(draw, 0.5, 3 * FEATURES, step)}
    constants |= {"key": _normal(draw, 0.5, step, HEAD), "axes": np.array([0, 1, 3])}
    constants |= {"tint": 9 * _normal(draw, 0.5, STYLE, step), "one": np.array([1])}
    nodes = [
        ("MatMul", ["told", "project"], "scored", {}),
        ("MatMul", ["style", "tint"], "tinted", {}),
        ("Unsqueeze", ["tinted", "one"], "tints", {}),
        ("Add", ["scored", "tints"], "goal", {}),
        ("Sub", ["goal", "x"], "velocity", {}),
        ("MatMul", ["x", "key"], "keys", {}),
        ("Unsqueeze", ["keys", "axes"], "each", {}),
        ("Concat", ["each", "each"], "present", {"axis": 1}),
    ]
    inputs = {
        "x": (1, ["B", "N", step]),
        "time": (1, ["B", "N"]),
        "span": (1, ["B", "N"]),
        "told": (1, ["B", "N", 3 * FEATURES]),
        "layer": (7, ["B"]),
        "style": (1, ["B", STYLE]),
        "places": (1, ["N"]),
        "past": (1, [1, 2, "B", 1, "P", HEAD]),
    }
    outputs = {"velocity": (1, ["B", "N", step]), "present": (1, [1, 2, "B", 1, "N", HEAD])}
    graph = _graph(nodes, constants, inputs, outputs)
    space = {
        "mean": np.zeros(LATENT, np.float32),
        "scale": np.ones(LATENT, np.float32),
        "codebooks": _normal(draw, 1.0, TONE_CODEBOOKS, TONE_SIZE, LATENT),
    }
    shape = {
        "latent": LATENT,
        "width": 64,
        "blocks": 1,
        "ffn": 64,
        "features": FEATURES,
        "layers": len(LAYERS),
        "style": STYLE,
        "leaps": 0,
        "text_sha256": text,
    }
    manifest = Manifest(
        kind="flow",
        name="flow",
        preset="random",
        architecture={
            **shape,
            "codebooks": TONE_CODEBOOKS,
            "codebook_size": TONE_SIZE,
            "timbres": {layer: list(TIMBRES) for layer in LAYERS},
            "ranges": {"bass": {"plain": [28, 60]}},
            "opset": 17,
        },
        codec_sha256=tone.tokens_sha256,
        conditioning_version=CONDITIONING_VERSION,
        licences=("Apache-2.0",),
        sources=("random numbers",),
        device="none",
    )
    return write_bundle(folder / "flow", manifest, {VELOCITY: graph, SPACE: save(space)})
