"""Export of a trained tone codec: three ONNX graphs and the tuning, checked against the network.

``encoder.onnx``: ``spectra`` [1, T, 168] -> codes int64 [1, K, T]. ``trunk.onnx``: ``codes``, ``told``
[1, T, F], ``timbre`` int64 [1] -> what notes see [1, T, voice] and the controls of frames [1, T, C].
``notes.onnx``: ``seen`` [M, voice], ``told`` [M, 14], ``pitch`` int64 [M], ``timbre`` -> [M, 67]. Large
weights of the last two are stored in ten bits (`packing`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.decoder import AHEAD, NOTES, TRUNK, TUNING
from stemwright.codec.tone.hearing import ENCODER, SPECTRA_SIZE
from stemwright.codec.tone.notes import FRAME_FEATURES
from stemwright.codec.tone.tuning import Tuning
from stemwright.errors import StemwrightError
from stemwright.models import Bundle, Manifest, tokens_of, write_bundle
from stemwright.models.onnx_session import open_session
from stemwright.song.timebase import HOP, SAMPLE_RATE
from stemwright.training.codec.export import averaged
from stemwright.training.fit import checkpoint
from stemwright.training.fit.onnx_graphs import OPSET, Computed, write_graph
from stemwright.training.packing import pack
from stemwright.training.tone.model import ToneConfig, ToneModel

TOLERANCE = 2e-3
"""Of the graphs against the network, in logarithms of levels."""
CODEBOOKS = "model.quantiser.codebooks"
"""Is never packed: its rounding alone would move the sound as far as that of all other weights."""


def _encoded(model: ToneModel, spectra: Tensor) -> Tensor:
    return model.quantiser.encode(model.encoder(spectra))


def _heads(model: ToneModel, codes: Tensor, told: Tensor, timbre: Tensor) -> tuple[Tensor, Tensor]:
    """What ``trunk.onnx`` gives."""
    decoder = model.decoder
    x = decoder.trunk(model.quantiser.decode(codes), told, timbre)
    heads = (decoder.envelope, decoder.width, decoder.noise, decoder.side, decoder.free)
    return decoder.note_trunk(x), torch.cat([head(x) for head in heads], dim=-1)


def _levels(model: ToneModel, *seen: Tensor) -> Tensor:
    return model.decoder.levels(*seen)


def load_model(path: Path) -> tuple[ToneModel, dict[str, Any]]:
    """The network of a checkpoint with its averaged weights, and the checkpoint's numbers."""
    tensors, meta = checkpoint.load(path)
    model = ToneModel(ToneConfig(**meta["config"]))
    model.load_state_dict(averaged(tensors), strict=False)
    return model.eval(), meta


def context_of(config: ToneConfig) -> int:
    """Frames before its own that the trunk sees."""
    return config.kernel - 1 - AHEAD + config.blocks * (config.kernel - 1)


def export_model(
    model: ToneModel,
    tuning: Tuning,
    slots: Mapping[tuple[str, str], int],
    out: Path,
    *,
    steps: int,
    device: str = "cpu",
    figures: Mapping[str, Any] | None = None,
    licences: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    tokens: Bundle | None = None,
) -> Bundle:
    """Write, check and bundle a network. ``tokens``: the bundle whose tokens it keeps to speak."""
    config = model.config
    timbres: dict[str, dict[str, int]] = {}
    for (layer, timbre), row in slots.items():
        timbres.setdefault(layer, {})[timbre] = row
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        differences = _write_graphs(model, folder)
        files: dict[str, bytes | Path] = {name: folder / name for name in (ENCODER, TRUNK, NOTES)}
        files[TUNING] = (json.dumps(tuning.to_json(), sort_keys=True) + "\n").encode()
        if tokens is not None:
            files |= tokens_of(tokens)
        manifest = Manifest(
            kind="tone",
            name="tone",
            preset="score-informed",
            architecture={
                "sample_rate": SAMPLE_RATE,
                "hop": HOP,
                "codebooks": config.codebooks,
                "codebook_size": config.codebook_size,
                "context": context_of(config),
                "timbre_rows": config.timbres,
                "timbres": timbres,
                "opset": OPSET,
                "network": config.to_json(),
                "parameters": sum(p.numel() for p in model.parameters()),
            },
            licences=licences,
            sources=sources,
            steps=steps,
            device=device,
            held_out={**(figures or {}), **differences},
        )
        return write_bundle(out, manifest, files)


def _write_graphs(model: ToneModel, folder: Path) -> dict[str, float]:
    """The graphs, large weights packed; returns how far each is from the network."""
    generator = torch.Generator().manual_seed(1)
    config, frames, rows = model.config, 40, 9
    told = torch.rand(1, frames, FRAME_FEATURES, generator=generator)
    codes = torch.randint(0, config.codebook_size, (1, config.codebooks, frames), generator=generator)
    timbre = torch.tensor([1])
    made: dict[str, tuple[nn.Module, dict[str, Tensor], tuple[str, ...], int]] = {
        ENCODER: (
            Computed(model, _encoded),
            {"spectra": torch.randn(1, frames, SPECTRA_SIZE, generator=generator)},
            ("codes",),
            2,
        ),
        TRUNK: (
            Computed(model, _heads),
            {"codes": codes, "told": told, "timbre": timbre},
            ("notes", "controls"),
            1,
        ),
        NOTES: (
            Computed(model, _levels),
            {
                "seen": torch.randn(rows, config.voice, generator=generator),
                "told": torch.rand(rows, L.NOTE_FEATURES, generator=generator),
                "pitch": torch.randint(30, 90, (rows,), generator=generator),
                "timbre": timbre,
            },
            ("levels",),
            0,
        ),
    }
    out: dict[str, float] = {}
    for name, (graph, given, names, _) in made.items():
        _write(graph, given, names, folder / name)
        exact = _difference(graph, given, folder / name)
        if exact > TOLERANCE:
            raise StemwrightError(f"{name}: differs from the network by {exact:.2e}; export again")
        if name != ENCODER:  # tokens stay those of the exact network
            pack(folder / name, keep=(CODEBOOKS,))
        out[f"{name.removesuffix('.onnx')}_difference"] = round(_difference(graph, given, folder / name), 6)
    return out


def _write(graph: nn.Module, given: Mapping[str, Tensor], names: tuple[str, ...], path: Path) -> None:
    moving = {"spectra": 1, "codes": 2, "seen": 0, "pitch": 0}
    axes: dict[str, dict[int, str]] = {k: {moving[k]: "n"} for k in given if k in moving}
    if "told" in given:
        axes["told"] = {given["told"].dim() - 2: "n"}
    for name in names:
        axes[name] = {{"codes": 2, "levels": 0}.get(name, 1): "n"}
    write_graph(graph, given, names, axes, path, fold=False)  # `restore` finds weights by their names


@torch.no_grad()
def _difference(graph: nn.Module, given: Mapping[str, Tensor], path: Path) -> float:
    """The largest difference of any output; of codes, the share that differs."""
    session = open_session(path)
    found = session.run(None, {k: v.numpy() for k, v in given.items()})
    want = graph(*given.values())
    pairs = zip(found, want if isinstance(want, tuple) else (want,), strict=True)
    return max(
        float(np.mean(a != b.numpy())) if b.dtype == torch.int64 else float(np.abs(a - b.numpy()).max())
        for a, b in pairs
    )
