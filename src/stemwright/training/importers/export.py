"""From a published checkpoint to a codec bundle, checked beside `transformers` through our own run time.

``encoder.onnx``: ``audio`` float32 ``[1, T * hop]`` -> ``codes`` int64 ``[1, K, T]``; ``decoder.onnx`` the
way back. Where the network remembers, both take a state too and give the next one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.bundle import file_sha256
from stemwright.training.fit.onnx_graphs import OPSET, write_graph
from stemwright.training.importers.dac import read_dac
from stemwright.training.importers.encodec import read_encodec
from stemwright.training.importers.public_codec import PublicCodec
from stemwright.training.importers.published_folder import WEIGHTS, Folder, read_folder
from stemwright.training.importers.rates import kbit_of

TOLERANCE = 1e-4
CHECKED = 610  # frames: more than the run time's longest chunk
_FAMILIES = {"encodec": ("EncodecModel", read_encodec), "dac": ("DacModel", read_dac)}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class ImportedCodec:
    """A new bundle, and how it compares with `transformers`: the share of equal codes, and the largest
    difference of the audio.
    """

    bundle: Bundle
    equal_codes: float
    max_difference: float


def import_codec(
    path: Path,
    out: Path,
    *,
    kbit: float = 6.0,
    name: str | None = None,
    licence: str | None = None,
    watch: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> ImportedCodec:
    """Import a checkpoint's folder at `kbit` kilobits a second into the bundle `out`.

    The same weights, rate, name and licence give the same bundle wherever it is made with the same torch.
    UsageError for a folder that cannot be imported, StemwrightError where the result differs from
    `transformers`.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"{argument('name')} {name[:40]!r}: must match [a-z][a-z0-9_-]{{0,31}}")
    watch("import", 0, 4)
    folder = read_folder(path)
    network = _network(folder, kbit)
    manifest = _manifest(folder, network, name, licence)
    watch("import", 1, 4)
    graphs: dict[str, bytes | Path] = {k: v for k, v in export(network).items()}
    watch("import", 2, 4)
    with tempfile.TemporaryDirectory() as temp:
        figures = check(write_bundle(Path(temp) / "codec", manifest, graphs), network)
    watch("import", 3, 4)
    bundle = write_bundle(out, manifest, graphs)
    watch("import", 4, 4)
    return ImportedCodec(bundle, *figures)


def _network(folder: Folder, kbit: float) -> PublicCodec:
    kind = folder.config.get("model_type")
    if not isinstance(kind, str) or kind not in _FAMILIES:
        raise folder.wrong("model_type", "must be 'encodec' or 'dac'; no other codec can be imported")
    architecture, read = _FAMILIES[kind]
    folder.fixed("architectures", [architecture], f"must be ['{architecture}']", [architecture])
    return read(folder, kbit)


def _manifest(folder: Folder, network: PublicCodec, name: str | None, licence: str | None) -> Manifest:
    rate = kbit_of(network.codebooks, network.sample_rate, network.hop, network.codebook_size)
    known = licence or folder.licence
    sha = file_sha256(folder.weights)
    return Manifest(
        kind="codec",
        name=name or f"{network.family}-{network.sample_rate // 1000}khz",
        preset=f"{network.sample_rate // 1000}khz-{rate:.3g}kbps",
        architecture={
            "sample_rate": network.sample_rate,
            "hop": network.hop,
            "codebooks": network.codebooks,
            "codebook_size": network.codebook_size,
            "context": network.context,
            "opset": OPSET,
            "imported": {"family": network.family, "config": dict(network.config), "weights_sha256": sha},
            "parameters": network.parameters,
        },
        licences=(known or "not stated by the folder",),
        sources=(f"{network.family} checkpoint, {WEIGHTS} with SHA-256 {sha}",),
    )


def export(network: PublicCodec) -> dict[str, bytes]:
    """The two graphs as ONNX."""
    audio = 0.1 * torch.randn(1, 40 * network.hop, generator=torch.Generator().manual_seed(0))
    codes = torch.zeros(1, network.codebooks, 40, dtype=torch.int64)
    return {
        "encoder.onnx": _graph(network.encoder, audio, network.encoder_state, "audio", "codes"),
        "decoder.onnx": _graph(network.decoder, codes, network.decoder_state, "codes", "audio"),
    }


def _graph(graph: nn.Module, example: Tensor, state: int, given: str, made: str) -> bytes:
    axes = {"audio": {1: "audio"}, "codes": {2: "codes"}}
    inputs = {given: example, **({"state": torch.zeros(1, state)} if state else {})}
    with tempfile.TemporaryDirectory() as temp:
        file = Path(temp) / "graph.onnx"
        write_graph(graph, inputs, [made, *(["next_state"] if state else [])], axes, file)
        return file.read_bytes()


def check(bundle: Bundle, network: PublicCodec) -> tuple[float, float]:
    """Run the bundle, chunk by chunk, beside the reference in double precision, which takes the sound whole.
    Returns the share of equal codes and the largest difference of the audio, over its peak where that is
    above 1.

    Raises StemwrightError where audio differs by more than 1e-4 or fewer than 99% of the codes agree (a
    vector halfway between two codes may fall on either side, and takes its frame's later codes along).
    """
    from stemwright.codec.codec import Codec

    codec = Codec(bundle)
    audio = _sound(CHECKED * network.hop, network.sample_rate)
    reference = network.reference.exact()
    with torch.no_grad():
        codes = reference.encode(torch.from_numpy(audio)[None], network.codebooks)
        heard = reference.decode(codes)[0].numpy()
    made, sound = codec.encode(audio), codec.decode(codes[0].numpy())
    equal = float(np.mean(made == codes[0].numpy()))
    peak = max(1.0, float(np.abs(heard).max()))
    difference = float(np.abs(sound[: len(heard)] - heard).max()) / peak
    if not difference <= TOLERANCE or equal < 0.99:
        raise StemwrightError(
            f"{bundle.manifest.name}: the imported codec differs from transformers (audio by "
            f"{difference:.2e}, {100 * equal:.2f}% of the codes agree); import again with another torch or "
            "onnxruntime"
        )
    return equal, difference


def _sound(samples: int, sample_rate: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Decaying tones and bursts of noise, the same each time."""
    rng = np.random.default_rng(1)
    since = np.arange(samples) / sample_rate % 0.25
    pitch = 110 * 2 ** (np.arange(samples) * 4 // sample_rate % 36 / 12)
    tone = np.sin(2 * np.pi * pitch * since) * np.exp(-8 * since)
    noise = rng.standard_normal(samples) * np.exp(-40 * since)
    return (0.4 * tone + 0.1 * noise).astype(np.float32)
