"""Large weights of a graph in ten bits each: what ships is stored so (`models.packed` has the format)."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stemwright.errors import StemwrightError
from stemwright.models.packed import BLOCK, MARK, packed, unpacked_graph

if TYPE_CHECKING:
    import onnx

LARGE = 4096  # numbers of a weight from which on it is packed
_HALF = "_half"  # ends the names of weights that were stored as float16


def pack(path: Path, keep: Container[str] = ()) -> None:
    """Pack a graph's large weights, in place, but for those named in ``keep``. Packed ones stay as they are.
    StemwrightError for a weight that does not fit.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(path))
    widen(model.graph)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LARGE or values.size % BLOCK or tensor.name in keep:
            continue
        try:
            data = np.frombuffer(packed(values), np.uint8)
        except ValueError as error:
            raise StemwrightError(f"{path}: weight {tensor.name!r} {error}") from None
        tensor.CopyFrom(numpy_helper.from_array(data, tensor.name))
        tensor.doc_string = " ".join([MARK, *map(str, values.shape)])
    path.write_bytes(model.SerializeToString())


def read_graph(path: Path) -> onnx.GraphProto:
    """A bundle's graph with all weights in float32, under the names that the network has."""
    import onnx

    graph = onnx.load_from_string(unpacked_graph(path.read_bytes(), str(path))).graph
    widen(graph)
    return graph


def widen(graph: onnx.GraphProto) -> None:
    """Weights that were stored as float16, each with a cast before its use, are float32 again."""
    from onnx import numpy_helper

    halves = {t.name: t for t in graph.initializer if t.name.endswith(_HALF)}
    for node in [n for n in graph.node if n.op_type == "Cast" and n.input[0] in halves]:
        tensor = halves[node.input[0]]
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
        graph.node.remove(node)
