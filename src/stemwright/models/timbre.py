"""What a timbre's bundle says of its two graphs (`live/timbre`, `native`): how sound goes through them.

``encoder.onnx``: ``audio`` float32 ``[1, HOP * T]`` and ``state`` ``[1, S]`` -> ``latent`` ``[1, L, T]`` and
``next`` ``[1, S]``. ``decoder.onnx``: ``latent`` and ``state`` -> ``audio`` and ``next``. Any T gives what T
times one gives. States begin as zeros. ``memory.safetensors``: ``latent`` float32 ``[frames, L]``, what the
encoder gave for a stretch of the instrument, for drones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.models.fields import known_only, wrong_whole

RATE = 48_000
HOP = 128
"""Samples that a latent stands for."""
MAX_LATENT = 64
MAX_STATE = 1 << 20
MAX_MEMORY = 1 << 16
"""Frames."""
ENCODER, DECODER, MEMORY = "encoder.onnx", "decoder.onnx", "memory.safetensors"
FILES = (ENCODER, DECODER, MEMORY)

_WHOLE = {
    "sample_rate": (RATE, RATE),
    "hop": (HOP, HOP),
    "delay": (0, 4800),
    "latent": (1, MAX_LATENT),
    "encoder_state": (1, MAX_STATE),
    "decoder_state": (1, MAX_STATE),
    "memory": (1, MAX_MEMORY),
    "parameters": (1, 4_000_000),
    "opset": (1, 64),
}  # field: (lowest, highest)


def validate_timbre(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a timbre's architecture; UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "network"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")


@dataclass(frozen=True, slots=True)
class TimbreFiles:
    """A timbre in memory: its graphs' bytes, checked, the numbers of their states, `memory` float32
    [frames, latent].
    """

    encoder: bytes
    decoder: bytes
    encoder_state: int
    decoder_state: int
    latent: int
    delay: int
    memory: npt.NDArray[np.float32]

    @property
    def latency(self) -> int:
        """Samples by which sound comes out later."""
        return HOP + self.delay


def memory_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of what `MEMORY` holds."""
    return {"latent": ("F32", (config["memory"], config["latent"]))}
