"""A timbre's files, read from its bundle for the live graph."""

from __future__ import annotations

import numpy as np

from stemwright.models.bundle import Bundle
from stemwright.models.onnx_session import read_graph
from stemwright.models.timbre import DECODER, ENCODER, MEMORY, TimbreFiles


def read_timbre(bundle: Bundle) -> TimbreFiles:
    """The files of a bundle that was loaded as a timbre's. StemwrightError where they are damaged."""
    config = bundle.manifest.architecture
    return TimbreFiles(
        read_graph(bundle.file(ENCODER)),
        read_graph(bundle.file(DECODER)),
        config["encoder_state"],
        config["decoder_state"],
        config["latent"],
        config["delay"],
        np.ascontiguousarray(bundle.tensors(MEMORY)["latent"], np.float32),
    )
