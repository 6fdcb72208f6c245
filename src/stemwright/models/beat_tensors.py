"""The tensors of a beat tracker's weight file (`live/beats`), from its architecture alone.

The network hears frames of log-magnitudes in bands and how they rose. A convolution over three frames leads
into residual blocks, each a dilated causal convolution of three taps (S. Bai et al., arXiv 1803.01271; for
beats M. E. P. Davies and S. Böck, Temporal convolutional networks for musical audio beat tracking, EUSIPCO
2019). A head gives the logits of beat and downbeat.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.models.fields import known_only, wrong_whole

TAPS = 3
"""Frames that a convolution sees."""
OUTPUTS = 2
"""Beat, downbeat."""
MAX_PARAMETERS = 500_000
"""Beyond, no tracker keeps time on a twentieth of a core."""

_WHOLE = {
    "version": (1, 1),
    "bands": (8, 128),
    "front": (4, 256),
    "channels": (4, 256),
    "blocks": (1, 12),
    "delay": (0, 5),
}  # field: (lowest, highest)


def validate_beats(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a beat tracker's architecture; raises UsageError naming the first bad field. `delay`: frames of
    10 ms after a beat at which the network tells it.
    """
    known_only(config, tuple(_WHOLE), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    if parameters(config) > MAX_PARAMETERS:
        raise UsageError(f"{where}: field 'architecture' asks for more than {MAX_PARAMETERS} weights")


def beat_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor. Taps lie one after the other in a row, the oldest frame first; block b's
    are 2**b frames apart.
    """
    front, channels = config["front"], config["channels"]
    shapes: dict[str, tuple[int, ...]] = {
        "front.weight": (front, TAPS * 2 * config["bands"]),
        "front.bias": (front,),
        "enter.weight": (channels, front),
        "enter.bias": (channels,),
    }
    for block in range(config["blocks"]):
        shapes[f"blocks.{block}.taps.weight"] = (channels, TAPS * channels)
        shapes[f"blocks.{block}.taps.bias"] = (channels,)
        shapes[f"blocks.{block}.mix.weight"] = (channels, channels)
        shapes[f"blocks.{block}.mix.bias"] = (channels,)
    shapes["head.weight"] = (OUTPUTS, channels)
    shapes["head.bias"] = (OUTPUTS,)
    return shapes


def beat_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of every tensor."""
    return {name: ("F16", shape) for name, shape in beat_shapes(config).items()}


def parameters(config: Mapping[str, Any]) -> int:
    """Number of weights."""
    return sum(math.prod(shape) for shape in beat_shapes(config).values())
