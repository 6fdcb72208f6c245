"""A codec bundle of the same tokens at two thirds of its size: its decoder's weights as float16."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from stemwright.codec.codec import DECODER
from stemwright.models import Bundle, load_bundle, tokens_of, write_bundle
from stemwright.models.onnx_session import open_session
from stemwright.training.fit.onnx_graphs import store_as_half


def halve(path: Path, out: Path) -> Bundle:
    """Write the bundle to ``out``; how far its decoder is from the old one, on random codes, stands in its
    manifest. The codebooks stay as they are: they decide tokens when the codec is trained on.
    """
    bundle = load_bundle(path, kind="codec")
    with tempfile.TemporaryDirectory() as temp:
        graph = Path(temp) / DECODER
        graph.write_bytes(bundle.file(DECODER).read_bytes())
        store_as_half(graph, _tables(graph))
        shape = bundle.manifest.architecture
        codes = np.random.default_rng(1).integers(0, shape["codebook_size"], (1, shape["codebooks"], 200))
        (before,), (after,) = (
            open_session(p).run(None, {"codes": codes}) for p in (bundle.file(DECODER), graph)
        )
        figures = {
            **bundle.manifest.held_out,
            "float16_max_difference": round(float(np.abs(before - after).max()), 9),
        }
        return write_bundle(
            out, replace(bundle.manifest, held_out=figures), {DECODER: graph, **tokens_of(bundle)}
        )


def _tables(graph: Path) -> set[str]:
    """The names of what codes are looked up in."""
    import onnx

    return {node.input[0] for node in onnx.load(str(graph)).graph.node if node.op_type == "Gather"}
