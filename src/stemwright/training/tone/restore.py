"""A tone bundle's network again, out of its graphs: to train on from it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from stemwright.codec.tone.decoder import NOTES, TRUNK
from stemwright.codec.tone.hearing import ENCODER
from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.training.packing import read_graph
from stemwright.training.tone.model import ToneConfig, ToneModel


def model_of(bundle: Bundle) -> ToneModel:
    """The network of a bundle; large weights of its decoder were stored in ten bits. UsageError where its
    graphs lack a weight.
    """
    model = ToneModel(ToneConfig(**bundle.manifest.architecture["network"]))
    found = {
        name: value for graph in (NOTES, TRUNK, ENCODER) for name, value in _weights(bundle, graph).items()
    }
    state = model.state_dict()
    bookkeeping = {"quantiser.counts", "quantiser.sums", "quantiser.ready"}
    missing = sorted(set(state) - set(found) - bookkeeping)
    if missing:
        raise UsageError(f"{bundle.path}: its graphs lack {missing[0]!r}; export the network again")
    model.load_state_dict({**state, **{k: v for k, v in found.items() if k in state}})
    model.quantiser.resume()
    return model


def codebook_vectors(bundle: Bundle) -> Tensor:
    """The codes' vectors [K, V, latent] of a tone bundle."""
    return _weights(bundle, ENCODER)["quantiser.codebooks"]


def _weights(bundle: Bundle, graph: str) -> dict[str, Tensor]:
    """The named weights of a graph, float32."""
    from onnx import numpy_helper

    return {
        tensor.name.removeprefix("model."): torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32))
        for tensor in read_graph(bundle.file(graph)).initializer
    }
