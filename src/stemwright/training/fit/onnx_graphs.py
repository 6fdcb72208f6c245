"""Networks as ONNX graphs, for ONNX Runtime to run without torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from stemwright.errors import StemwrightError

if TYPE_CHECKING:
    import onnx

OPSET = 17
LARGE = 4096
"""Numbers of a weight from which on it is stored as float16."""


class Computed(nn.Module):
    """What a graph computes: a function of a network and of the graph's inputs."""

    def __init__(self, model: nn.Module, compute: Callable[..., Any]) -> None:
        super().__init__()
        self.model, self.compute = model, compute

    def forward(self, *given: Tensor) -> Any:
        return self.compute(self.model, *given)


def write_graph(
    graph: nn.Module,
    given: Mapping[str, Tensor],
    made: Sequence[str],
    axes: Mapping[str, Mapping[int, str]],
    path: Path,
    *,
    fold: bool = True,
) -> None:
    """Write the graph that a module computes of inputs like those ``given``; ``made`` names its outputs.

    ``axes``: of each input and output, those of any length, and what they are called. Without ``fold``,
    weights keep their names and shapes.
    """
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.eval(),
            tuple(given.values()),
            str(path),
            input_names=list(given),
            output_names=list(made),
            dynamic_axes={name: dict(moving) for name, moving in axes.items()},
            opset_version=OPSET,
            do_constant_folding=fold,
            dynamo=False,
        )


def store_as_half(path: Path, keep: Container[str] = ()) -> None:
    """Large float32 weights as float16, each with a cast before its use, which ONNX Runtime does once; but
    for those named in ``keep``.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(path))
    casts: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LARGE or tensor.name in keep:
            continue
        if float(np.abs(values).max()) > float(np.finfo(np.float16).max):
            raise StemwrightError(f"{path}: weight {tensor.name!r} does not fit into float16")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
