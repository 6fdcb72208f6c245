"""A network out of an exported bundle: the inverse of the export, weight for weight.

The exporter keeps the names of most weights. A linear layer's matrix loses its name and lies transposed in
the product before the addition of its bias, which has kept its own; codebooks are what the decoder's codes
look up, in their order; of equal weights one is kept, the others are copies of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.training.codec.config import CodecConfig
from stemwright.training.codec.model import CodecModel
from stemwright.training.packing import read_graph

if TYPE_CHECKING:
    import onnx

_PREFIX = "model."


def model_of(bundle: Bundle) -> CodecModel:
    """The network of a codec bundle that this version exported, on the CPU. UsageError for any other."""
    network = bundle.manifest.architecture.get("network")
    if not isinstance(network, dict):
        raise UsageError(f"{bundle.path}: field 'architecture.network' is missing: it was not trained here")
    model = CodecModel(CodecConfig.from_json(network))
    state = model.state_dict()
    encoder, decoder = (read_graph(bundle.file(f"{part}.onnx")) for part in ("encoder", "decoder"))
    found = {**dict(_weights(encoder)), **dict(_weights(decoder))}
    books = _looked_up(decoder)
    if len(books) == model.config.codebooks:
        found["quantiser.codebooks"] = torch.stack(books)
    learnt = {name: t for name, t in state.items() if name not in _KEPT_BY_TRAINING}
    for name, tensor in learnt.items():
        if name not in found or found[name].shape != tensor.shape:
            raise UsageError(f"{bundle.path}: weight {name!r} cannot be read from its graphs")
    model.load_state_dict({**state, **{name: found[name] for name in learnt}})
    model.quantiser.resume()
    return model.eval()


_KEPT_BY_TRAINING = ("quantiser.counts", "quantiser.sums", "quantiser.ready")


def constants(graph: onnx.GraphProto) -> dict[str, Tensor]:
    """Every constant of a graph by name; the copies too."""
    from onnx import numpy_helper

    arrays = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    return arrays


def _weights(graph: onnx.GraphProto) -> Iterator[tuple[str, Tensor]]:
    """Name in the network and value of every weight of a graph, but for the codebooks."""
    arrays = constants(graph)
    products = {n.output[0]: n.input[1] for n in graph.node if n.op_type == "MatMul"}
    for name, array in arrays.items():
        if name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), array
    for node in graph.node:
        if node.op_type == "Add" and len(node.input) == 2:
            for bias, product in (node.input, reversed(node.input)):
                matrix = arrays.get(products.get(product, ""))
                if bias.startswith(_PREFIX) and bias.endswith(".bias") and matrix is not None:
                    yield f"{bias.removeprefix(_PREFIX).removesuffix('.bias')}.weight", matrix.t()


def _looked_up(graph: onnx.GraphProto) -> list[Tensor]:
    """The tables that computed rows are taken from, in the order of use."""
    arrays = constants(graph)
    tables = [arrays.get(n.input[0]) for n in graph.node if n.op_type == "Gather"]
    return [t for t in tables if t is not None and t.ndim == 2]
