"""A tiny random tone codec as three ONNX graphs and a tuning: it speaks, and sounds of its score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.codec.tone.hearing import SPECTRA_SIZE
from stemwright.codec.tone.layout import CORRECTED, HOP, NOTE_FEATURES, NOTE_OUTPUTS, RATE
from stemwright.codec.tone.notes import FRAME_FEATURES
from stemwright.codec.tone.streaming import AHEAD, CONTROLS
from stemwright.codec.tone.tuning import Strings, Tuning
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.song.layers import LAYERS
from support.bundles import onnx_model
from support.composers import write_composer
from support.performers import TIMBRES, write_performer

TONE_CODEBOOKS = 3
TONE_SIZE = 32
CONTEXT = 5
ROWS = 1 + len(LAYERS) * len(TIMBRES)
WIDTH, VOICE = 8, 6
TUNED = Tuning(
    {
        f"{layer}/{timbre}": Strings((30.0, 60.0, 90.0), (-3.0, 0.0, 4.0), (1e-4, 5e-5, 1e-5))
        for layer in LAYERS[1:]
        for timbre in TIMBRES
    },
    {"drums/plain": {36: (60.0, 95.5, 150.0), 38: (180.0, 330.0)}},
)


def write_tones(folder: Path, seed: int = 0) -> Bundle:
    """A tone codec, a performer of its tokens for each known layer, and a composer, in `folder`."""
    tone = write_tone(folder, seed)
    for number, layer in enumerate(LAYERS):
        write_performer(folder, layer, tone, seed + number)
    write_composer(folder / "composer", seed)
    return tone


def write_tone(
    folder: Path, seed: int = 0, files: Mapping[str, bytes] | None = None, **architecture: Any
) -> Bundle:
    """A tone codec in `folder/tone`; `files` and fields of its architecture take the place of good ones."""
    rows = iter(range(1, ROWS))
    timbres = {layer: {timbre: next(rows) for timbre in TIMBRES} for layer in LAYERS}
    sizes = {"codebooks": TONE_CODEBOOKS, "codebook_size": TONE_SIZE, "context": CONTEXT, "timbre_rows": ROWS}
    manifest = Manifest(
        kind="tone",
        name="tone",
        preset="random",
        architecture={"sample_rate": RATE, "hop": HOP, **sizes, "timbres": timbres, **architecture},
        licences=("Apache-2.0",),
        sources=("random numbers",),
        device="none",
    )
    draw = np.random.default_rng(seed)
    good = {
        "encoder.onnx": encoder_graph(draw),
        "trunk.onnx": trunk_graph(draw),
        "notes.onnx": notes_graph(draw),
        "tuning.json": json.dumps(TUNED.to_json()).encode(),
    }
    return write_bundle(folder / "tone", manifest, {**good, **(files or {})})


def encoder_graph(draw: np.random.Generator) -> bytes:
    """spectra [1, T, 168] -> codes int64 [1, 3, T]: random projections, rounded to whole numbers."""
    constants = {
        "weights": _normal(draw, 0.3, SPECTRA_SIZE, TONE_CODEBOOKS),
        "most": np.array(TONE_SIZE - 1, np.int64),
    }
    nodes = [
        ("MatMul", ["spectra", "weights"], "places", {}),
        ("Abs", ["places"], "sizes", {}),
        ("Cast", ["sizes"], "whole", {"to": 7}),
        ("Min", ["whole", "most"], "capped", {}),
        ("Transpose", ["capped"], "codes", {"perm": [0, 2, 1]}),
    ]
    return _graph(
        nodes, constants, {"spectra": (1, [1, "T", SPECTRA_SIZE])}, {"codes": (7, [1, TONE_CODEBOOKS, "T"])}
    )


def trunk_graph(draw: np.random.Generator, controls: int = CONTROLS, level: float = 0.0) -> bytes:
    """codes, told, timbre -> notes [1, T, 6], controls [1, T, C]: one convolution that sees five frames
    before its own and two after. `level` is added to every control.
    """
    bias = np.full(controls, level, np.float32)
    bias[:104] += 2.0
    constants = {
        "table": _normal(draw, 0.5, TONE_CODEBOOKS * TONE_SIZE, WIDTH),
        "offsets": (np.arange(TONE_CODEBOOKS) * TONE_SIZE)[None, :, None],
        "axis": np.array([1]),
        "kernel": _normal(draw, 0.3, WIDTH, WIDTH, CONTEXT + 1 + AHEAD),
        "tell": _normal(draw, 0.3, FRAME_FEATURES, WIDTH),
        "timbres": _normal(draw, 0.3, ROWS, WIDTH),
        "to_notes": _normal(draw, 0.5, WIDTH, VOICE),
        "to_controls": _normal(draw, 0.3, WIDTH, controls),
        "bias": bias,
    }
    nodes = [
        ("Add", ["codes", "offsets"], "rows", {}),
        ("Gather", ["table", "rows"], "each", {}),
        ("ReduceSum", ["each", "axis"], "sum", {"keepdims": 0}),
        ("Transpose", ["sum"], "turned", {"perm": [0, 2, 1]}),
        ("Conv", ["turned", "kernel"], "seen", {"pads": [CONTEXT, AHEAD]}),
        ("Transpose", ["seen"], "frames", {"perm": [0, 2, 1]}),
        ("MatMul", ["told", "tell"], "score", {}),
        ("Gather", ["timbres", "timbre"], "row", {}),
        ("Add", ["frames", "score"], "both", {}),
        ("Add", ["both", "row"], "mixed", {}),
        ("Tanh", ["mixed"], "x", {}),
        ("MatMul", ["x", "to_notes"], "notes", {}),
        ("MatMul", ["x", "to_controls"], "plain", {}),
        ("Add", ["plain", "bias"], "controls", {}),
    ]
    inputs = {
        "codes": (7, [1, TONE_CODEBOOKS, "T"]),
        "told": (1, [1, "T", FRAME_FEATURES]),
        "timbre": (7, [1]),
    }
    return _graph(
        nodes, constants, inputs, {"notes": (1, [1, "T", VOICE]), "controls": (1, [1, "T", controls])}
    )


def notes_graph(draw: np.random.Generator, outputs: int = NOTE_OUTPUTS, level: float = -3.0) -> bytes:
    """seen [M, 6], told [M, 14], pitch [M], timbre [1] -> [M, 67]; `level` is that of every note."""
    bias = np.zeros(outputs, np.float32)
    bias[CORRECTED:] = level
    constants = {
        "tell": _normal(draw, 0.3, NOTE_FEATURES, VOICE),
        "pitches": _normal(draw, 0.3, 128, VOICE),
        "timbres": _normal(draw, 0.3, ROWS, VOICE),
        "out": _normal(draw, 0.3, VOICE, outputs),
        "bias": bias,
    }
    nodes = [
        ("MatMul", ["told", "tell"], "score", {}),
        ("Gather", ["pitches", "pitch"], "at", {}),
        ("Gather", ["timbres", "timbre"], "row", {}),
        ("Add", ["seen", "score"], "one", {}),
        ("Add", ["one", "at"], "two", {}),
        ("Add", ["two", "row"], "three", {}),
        ("Tanh", ["three"], "y", {}),
        ("MatMul", ["y", "out"], "plain", {}),
        ("Add", ["plain", "bias"], "levels", {}),
    ]
    inputs = {
        "seen": (1, ["M", VOICE]),
        "told": (1, ["M", NOTE_FEATURES]),
        "pitch": (7, ["M"]),
        "timbre": (7, [1]),
    }
    return _graph(nodes, constants, inputs, {"levels": (1, ["M", outputs])})


def _normal(draw: np.random.Generator, scale: float, *shape: int) -> np.ndarray:
    return (draw.standard_normal(shape) * scale).astype(np.float32)


def _graph(
    nodes: list[tuple[str, list[str], str, dict[str, Any]]],
    constants: Mapping[str, np.ndarray],
    inputs: Mapping[str, tuple[int, list[Any]]],
    outputs: Mapping[str, tuple[int, list[Any]]],
) -> bytes:
    """A model; types are ONNX's numbers: 1 float32, 7 int64."""
    from onnx import helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node(kind, given, [made], **options) for kind, given, made, options in nodes],
        "tone",
        *(
            [helper.make_tensor_value_info(name, *end) for name, end in ends.items()]
            for ends in (inputs, outputs)
        ),
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return onnx_model(graph)
