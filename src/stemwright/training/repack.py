"""A codec's, tone's or wide decoder's bundle again with its decoder packed: the same tokens in less space."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.codec.codec import DECODER
from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle, tokens_of, write_bundle
from stemwright.models.onnx_session import open_session
from stemwright.training.codec.export import write_graphs
from stemwright.training.codec.restore import model_of
from stemwright.training.packing import pack, read_graph
from stemwright.training.tone.export import CODEBOOKS

ENCODER = "encoder.onnx"  # stays as it is: it decides tokens
_FORMER = "float16_max_difference"


def repack(path: Path, out: Path) -> Bundle:
    """Write the bundle to ``out`` with the large weights of its decoder in ten bits. How far that moves what
    each graph makes of random input is said in the manifest. UsageError for a bundle of another kind.
    """
    bundle = load_bundle(path)
    kind = bundle.manifest.kind
    if kind not in ("codec", "decoder", "tone"):
        raise UsageError(f"{path}: is a {kind}: only codecs, tone codecs and wide decoders are packed")
    with tempfile.TemporaryDirectory() as temp:
        graphs = dict(_graphs(bundle, Path(temp)))
        for graph in graphs.values():
            pack(graph, keep=_tables(graph) if kind == "codec" else (CODEBOOKS,))
        figures = {k: v for k, v in bundle.manifest.held_out.items() if k != _FORMER}
        for name, graph in graphs.items():
            of = "max" if name == DECODER else name.removesuffix(".onnx")
            codes = bundle.manifest.architecture["codebook_size"]
            figures[f"packed_{of}_difference"] = _difference(bundle.file(name), graph, codes)
        files: dict[str, bytes | Path] = {name: bundle.file(name) for name in bundle.manifest.files}
        proof = {} if kind == "decoder" else tokens_of(bundle)
        return write_bundle(out, replace(bundle.manifest, held_out=figures), {**files, **graphs, **proof})


def _graphs(bundle: Bundle, folder: Path) -> Iterator[tuple[str, Path]]:
    """Copies of all graphs but the encoder. A codec's decoder is exported again: older files hold the basis
    of their inverse transform.
    """
    if bundle.manifest.kind == "codec":
        write_graphs(model_of(bundle), folder)
        yield DECODER, folder / DECODER
        return
    for name in bundle.manifest.files:
        if name.endswith(".onnx") and name != ENCODER:
            (folder / name).write_bytes(bundle.file(name).read_bytes())
            yield name, folder / name


def _tables(graph: Path) -> set[str]:
    """The names of what codes are looked up in: a codec's codebooks, which decide tokens when it is trained
    on.
    """
    return {node.input[0] for node in read_graph(graph).node if node.op_type == "Gather"}


def _difference(before: Path, after: Path, codes: int) -> float:
    """The largest difference between what two graphs make of the same random input."""
    rng = np.random.default_rng(1)
    one, other = open_session(before), open_session(after)
    given: dict[str, npt.NDArray[np.generic]] = {}
    for end in one.get_inputs():
        shape = [n if isinstance(n, int) else 200 for n in end.shape]
        whole = rng.integers(0, codes, shape) if end.name == "codes" else np.ones(shape, np.int64)
        given[end.name] = whole if "int64" in end.type else rng.standard_normal(shape).astype(np.float32)
    pairs = zip(one.run(None, given), other.run(None, given), strict=True)
    return round(max(float(np.abs(a - b).max()) for a, b in pairs), 9)
