"""Export of a trained codec: two ONNX graphs, checked against the network, in a bundle with its manifest.

``encoder.onnx``: ``audio`` float32 ``[1, T * 320]`` -> ``codes`` int64 ``[1, 8, T]``.
``decoder.onnx``: ``codes`` int64 ``[1, 8, T]`` -> ``audio`` float32 ``[1, T * 320]``.
Both take any T and use standard operators only: the inverse transform is two small products and four
shifted adds.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle, Manifest, tokens_of, write_bundle
from stemwright.training.codec.config import HOP, SAMPLE_RATE, CodecConfig
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.codec.model import CodecModel
from stemwright.training.fit import checkpoint
from stemwright.training.fit.onnx_graphs import OPSET, Computed, write_graph

TOLERANCE = 1e-4
FACTORS = (32, 40)  # of 1280, see `fourier`
CONTEXT = 32  # frames on either side that cover the decoder's and the encoder's reach


def load_model(path: Path) -> tuple[CodecModel, dict[str, Any]]:
    """The network of a checkpoint with its averaged weights, on the CPU, ready for use; and the
    checkpoint's numbers.
    """
    tensors, meta = checkpoint.load(path)
    model = CodecModel(CodecConfig.from_json(meta["config"]))
    model.load_state_dict(averaged(tensors))
    return model.eval(), meta


def averaged(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A network's state out of a checkpoint's tensors: the averaged weights where there are such."""
    state = {k[6:]: v for k, v in tensors.items() if k.startswith("model.")}
    state.update({k[8:]: v for k, v in tensors.items() if k.startswith("average.")})
    return state


def reach(config: CodecConfig) -> int:
    """Frames on either side that an output frame can depend on, in encoder or decoder (rounded up)."""
    half = config.kernel // 2
    decoder = half * (config.decoder_blocks + 1) + 4  # blocks and the embedding, edges and overlapping frames
    samples, stride = 0, 1
    for i, step in enumerate(config.strides):
        kernel = 4 * step if i == 0 else 2 * step + step % 2
        samples += (kernel // 2 + 1) * stride
        stride *= step
        samples += config.encoder_units[i] * stride
    encoder = half * config.encoder_blocks + -(-samples // HOP)
    return max(decoder, encoder)


def write_graphs(model: CodecModel, folder: Path) -> None:
    """Write ``encoder.onnx`` and ``decoder.onnx`` to a folder."""
    frames = 40
    audio = 0.1 * torch.randn(1, frames * HOP, generator=torch.Generator().manual_seed(0))
    codes = torch.zeros(1, model.config.codebooks, frames, dtype=torch.int64)
    axes = {"audio": {1: "audio"}, "codes": {2: "codes"}}
    encoder, decoder = Computed(model, CodecModel.encode), Computed(model, CodecModel.decode)
    model.decoder.inverse = FactoredInverse(*FACTORS)
    try:
        write_graph(encoder, {"audio": audio}, ["codes"], axes, folder / "encoder.onnx")
        write_graph(decoder, {"codes": codes}, ["audio"], axes, folder / "decoder.onnx")
    finally:
        model.decoder.inverse = None


def check_graphs(model: CodecModel, folder: Path, seconds: float = 4.0) -> dict[str, float]:
    """Run both graphs beside the network. Returns the share of equal codes and the largest difference of
    the audio.

    Raises StemwrightError where the waveform differs by more than 1e-4 or fewer than 99% of the codes agree
    (a vector halfway between two codes may fall on either side).
    """
    import onnxruntime

    rng = np.random.default_rng(1)
    frames = int(seconds * SAMPLE_RATE) // HOP
    audio = _test_sound(rng, frames * HOP)[None]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    with torch.no_grad():
        codes = model.encode(torch.from_numpy(audio)).numpy()
        sound = model.decode(torch.from_numpy(codes)).numpy()
    encoder = onnxruntime.InferenceSession(
        str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
    )
    decoder = onnxruntime.InferenceSession(
        str(folder / "decoder.onnx"), options, providers=["CPUExecutionProvider"]
    )
    (made,) = encoder.run(None, {"audio": audio})
    (heard,) = decoder.run(None, {"codes": codes})
    agreement = float(np.mean(made == codes)) if made.shape == codes.shape else 0.0
    difference = float(np.max(np.abs(heard - sound))) if heard.shape == sound.shape else float("inf")
    if difference > TOLERANCE or agreement < 0.99:
        raise StemwrightError(
            f"{folder}: the exported codec differs from the network (audio by {difference:.2e}, "
            f"{100 * agreement:.2f}% of the codes agree); export again with another torch or onnxruntime"
        )
    return {"export_max_difference": difference, "export_code_agreement": agreement}


def _test_sound(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Decaying tones and noise bursts, float32."""
    t = np.arange(samples) / SAMPLE_RATE
    out = np.zeros(samples)
    for k, start in enumerate(np.arange(0, t[-1], 0.25)):
        live = np.where(t >= start, np.exp(-6 * np.maximum(t - start, 0)), 0)
        tone = np.sin(2 * np.pi * 110 * 2 ** (k % 24 / 12) * t)
        out += 0.2 * live * (tone if k % 3 else rng.standard_normal(samples))
    return np.clip(out, -1, 1).astype(np.float32)


def export_bundle(
    source: Path,
    out: Path,
    *,
    figures: Mapping[str, Any] | None = None,
    licences: Sequence[str] = (),
    sources: Sequence[str] = (),
    name: str = "codec",
    device: str = "cpu",
    parent: Bundle | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Export a checkpoint (``best.safetensors``) as a bundle; its averaged weights are taken.

    ``parent`` is the bundle that training began with: its steps count, and a decoder trained for its tokens
    gets its very encoder.
    """
    model, meta = load_model(source)
    kept = meta.get("keep_tokens")
    if kept is not None and (parent is None or parent.tokens_sha256 != kept):
        raise UsageError(f"{source}: a decoder for the tokens of codec {kept[:12]}: give that codec's bundle")
    return export_model(
        model,
        out,
        steps=int(meta["progress"]["step"]) + (parent.manifest.steps if parent else 0),
        figures=figures,
        licences=licences,
        sources=sources,
        name=name,
        device=device,
        tokens=tokens_of(parent) if parent and kept else None,
        say=say,
    )


def export_model(
    model: CodecModel,
    out: Path,
    *,
    steps: int = 0,
    figures: Mapping[str, Any] | None = None,
    licences: Sequence[str] = (),
    sources: Sequence[str] = (),
    name: str = "codec",
    device: str = "cpu",
    tokens: Mapping[str, bytes | Path] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Write, check and bundle the graphs of a network; ``tokens`` are files of the codec whose tokens it
    keeps (`models.tokens_of`), the encoder's graph among them.
    """
    config = model.config
    if reach(config) > CONTEXT:
        raise StemwrightError(
            f"the network reaches {reach(config)} frames, more than the {CONTEXT} the run time gives it"
        )
    model = model.cpu().eval()
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        write_graphs(model, folder)
        if tokens is not None:
            shutil.copyfile(tokens["encoder.onnx"], folder / "encoder.onnx")
        checks = check_graphs(model, folder)
        manifest = Manifest(
            kind="codec",
            name=name,
            preset="24khz-6kbps",
            architecture={
                "sample_rate": SAMPLE_RATE,
                "hop": HOP,
                "codebooks": config.codebooks,
                "codebook_size": config.codebook_size,
                "context": CONTEXT,
                "opset": OPSET,
                "network": config.to_json(),
                "parameters": sum(p.numel() for p in model.parameters()),
            },
            licences=tuple(licences),
            sources=tuple(sources),
            steps=steps,
            device=device,
            held_out={**(figures or {}), **{k: round(v, 9) for k, v in checks.items()}},
        )
        graphs: dict[str, bytes | Path] = {n: folder / n for n in ("encoder.onnx", "decoder.onnx")}
        bundle = write_bundle(out, manifest, {**graphs, **(tokens or {})})
    sizes = {n: bundle.file(n).stat().st_size for n in ("encoder.onnx", "decoder.onnx")}
    say(f"{out}: bundle {bundle.sha256[:12]}, {json.dumps(sizes)} bytes, {json.dumps(checks)}")
    return bundle


def last_figures(run: Path) -> dict[str, Any]:
    """The held-out figures of the weights that a run would export, from its ``log.jsonl`` (empty where there
    is none): the best ones, after the judges came if they did.
    """
    log = run / "log.jsonl"
    if not log.is_file():
        return {}
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if '"valid"' in line]
    rows = [r for r in rows if r["judged"]] or rows
    best: dict[str, Any] = min((r["valid"] for r in rows), key=lambda v: float(v["total"]), default={})
    return best
