"""The same codec at fewer bits: only the first levels of its residual quantiser.

A bundle's decoder takes all levels. Its tables of code vectors are added up first, so a level is left out by
filling its table with zeros. That needs the `onnx` package, which the training extra brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.codec.codec import DECODER, Codec
from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.models.onnx_checks import check_graph

if TYPE_CHECKING:
    import onnxruntime

    from stemwright.models import Bundle


class FewLevels(Codec):
    """A codec that decodes the first `levels` of its codebooks alone; the rest of the codes is not heard."""

    def __init__(self, bundle: Bundle, levels: int, threads: int = 1) -> None:
        super().__init__(bundle, threads)
        self.levels = levels
        self._sessions[DECODER] = _session(self)


def level_kbit(codec: Codec) -> float:
    """Kilobits a second of one level: frames a second x bits of a code."""
    return codec.sample_rate / codec.hop * float(np.log2(codec.codebook_size)) / 1000


def levels_of(codec: Codec, kbit: float) -> int:
    """How many levels `kbit` pays for. UsageError unless it pays for 1 to all of them."""
    levels = round(kbit / level_kbit(codec))
    if not 1 <= levels <= codec.codebooks:
        lowest, highest = level_kbit(codec), codec.codebooks * level_kbit(codec)
        raise UsageError(f"{argument('kbit')} {kbit:g}: this codec has {lowest:.2g} to {highest:.2g} kbit/s")
    return levels


def at_levels(codec: Codec, levels: int) -> Codec:
    """The codec itself where it has just these levels, or one that decodes fewer."""
    return codec if levels == codec.codebooks else FewLevels(codec.bundle, levels, codec.threads)


def _session(codec: FewLevels) -> onnxruntime.InferenceSession:
    import onnxruntime

    try:
        import onnx
    except ModuleNotFoundError:
        raise StemwrightError(
            "bit rates below the full one need onnx: install it with pip install 'stemwright[train]', "
            f"or leave them out of {argument('kbit')}"
        ) from None
    path = codec.bundle.file(DECODER)
    data = path.read_bytes()
    check_graph(data, str(path))
    model = onnx.load_from_string(data)
    _silence(model.graph, codec, str(path))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = codec.threads
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _silence(graph: Any, codec: FewLevels, where: str) -> None:
    """Zeros in the tables of the levels that are left out; there is one table a level, or one for all."""
    from onnx import numpy_helper

    size, books = codec.codebook_size, codec.codebooks
    known = {tensor.name: tensor for tensor in graph.initializer}
    lookups = [n for n in graph.node if n.op_type == "Gather" and n.input[0] in known]
    tables = [known[n.input[0]] for n in lookups if known[n.input[0]].dims[0] in (size, books * size)]
    tables = [table for table in tables if len(table.dims) == 2]
    added = {n.op_type for n in graph.node for lookup in lookups if lookup.output[0] in n.input}
    rows = [int(table.dims[0]) for table in tables]
    if rows not in ([size] * books, [books * size]) or not added <= {"Add", "ReduceSum", "Sum"}:
        raise UsageError(
            f"{argument('kbit')}: {where} does not add up one vector a level; it has its full rate only"
        )
    place = 0
    for table in tables:
        values = numpy_helper.to_array(table).copy()
        values[max(0, codec.levels * size - place) :] = 0
        place += len(values)
        table.CopyFrom(numpy_helper.from_array(values, table.name))
