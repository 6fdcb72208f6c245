"""Networks as ONNX graphs, for ONNX Runtime to run without torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

OPSET = 17


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
