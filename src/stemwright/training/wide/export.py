"""Export of a trained wide decoder: one ONNX graph, checked against the network, in a bundle with its
manifest.

``decoder.onnx``: ``codes`` int64 ``[1, 8, T]`` -> ``audio`` float32 ``[1, 2, T * 640]``, left and right at 48
kHz, for any T, in standard operators. Large weights are stored in ten bits (`training.packing`); what that
changes is said in the manifest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stemwright.codec.codec import CODEBOOKS, DECODER
from stemwright.dataset.credits import origin
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.training.codec.config import CodecConfig
from stemwright.training.codec.export import TOLERANCE, averaged, reach
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.fit import checkpoint
from stemwright.training.fit.onnx_graphs import OPSET, Computed, write_graph
from stemwright.training.packing import pack
from stemwright.training.wide.model import CHANNELS, FACTORS, RATE, WIDE_HOP, WideModel, sides

CONTEXT = 40  # frames on either side that cover the network's reach


def load_model(path: Path) -> tuple[WideModel, dict[str, Any]]:
    """The network of a checkpoint with its averaged weights, ready for use; and the checkpoint's numbers."""
    tensors, meta = checkpoint.load(path)
    model = WideModel(CodecConfig.from_json(meta["config"]))
    model.load_state_dict(averaged(tensors))
    return model.eval(), meta


def export_bundle(
    source: Path,
    out: Path,
    codec: Bundle,
    *,
    data: Path | None = None,
    figures: Mapping[str, Any] | None = None,
    device: str = "cpu",
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Export a checkpoint (``best.safetensors``) as a bundle for the tokens of ``codec``; its averaged
    weights are taken. ``data``: where licences and sources are said.
    """
    model, meta = load_model(source)
    if meta["tokens"] != codec.tokens_sha256:
        raise UsageError(f"{source}: for tokens of codec {meta['tokens'][:12]}: give that codec's bundle")
    licences, sources = origin(data) if data else ((), ())
    return export_model(
        model,
        out,
        codec.tokens_sha256,
        Manifest(
            kind="decoder",
            name="wide",
            preset="48khz-stereo",
            architecture={},
            licences=licences,
            sources=sources,
            steps=int(meta["progress"]["step"]),
            device=device,
            held_out=dict(figures or {}),
        ),
        say,
    )


def export_model(
    model: WideModel,
    out: Path,
    tokens: str,
    about: Manifest,
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Write, check and bundle the graph of a network for the tokens of this identity; ``about`` is the
    manifest without what is known here.
    """
    if reach(model.config) > CONTEXT:
        raise StemwrightError(
            f"the network reaches {reach(model.config)} frames, more than the {CONTEXT} the run time gives it"
        )
    model = model.cpu().eval()
    with tempfile.TemporaryDirectory() as temp:
        path = Path(temp) / DECODER
        _write_graph(model, path)
        exact = _compare(model, path)
        pack(path)
        stored = _compare(model, path)
        if exact > TOLERANCE:
            raise StemwrightError(
                f"{out}: the exported decoder differs from the network by {exact:.2e}; export again with "
                "another torch or onnxruntime"
            )
        manifest = replace(
            about,
            codec_sha256=tokens,
            architecture={
                "sample_rate": RATE,
                "hop": WIDE_HOP,
                "channels": CHANNELS,
                "codebooks": CODEBOOKS,
                "codebook_size": model.config.codebook_size,
                "context": CONTEXT,
                "opset": OPSET,
                "network": model.config.to_json(),
                "parameters": sum(p.numel() for p in model.parameters()),
            },
            held_out={
                **about.held_out,
                "export_max_difference": round(exact, 9),
                "packed_max_difference": round(stored, 9),
            },
        )
        bundle = write_bundle(out, manifest, {DECODER: path})
    size = bundle.file(DECODER).stat().st_size
    say(f"{out}: bundle {bundle.sha256[:12]}, {size} bytes, packed weights change samples by {stored:.1e}")
    return bundle


def _write_graph(model: WideModel, path: Path) -> None:
    codes = torch.zeros(1, model.config.codebooks, 40, dtype=torch.int64)
    graph = Computed(model, lambda model, codes: sides(model(codes)))
    model.decoder.inverse = FactoredInverse(*FACTORS)
    try:
        write_graph(graph, {"codes": codes}, ["audio"], {"codes": {2: "codes"}, "audio": {2: "audio"}}, path)
    finally:
        model.decoder.inverse = None


def _compare(model: WideModel, path: Path, frames: int = 200) -> float:
    """The largest difference between the graph's sound of random codes and the network's."""
    from stemwright.models.onnx_session import open_session

    shape = (1, model.config.codebooks, frames)
    codes = np.random.default_rng(1).integers(0, model.config.codebook_size, shape)
    with torch.no_grad():
        wanted = sides(model(torch.from_numpy(codes))).numpy()
    (heard,) = open_session(path).run(None, {"codes": codes})
    return float(np.max(np.abs(heard - wanted))) if heard.shape == wanted.shape else float("inf")
