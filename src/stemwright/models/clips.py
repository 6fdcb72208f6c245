"""What a clip encoder's bundle says and holds: `ENCODER`, a graph, and `SPACE`, the latents that it hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.models.fields import is_sha256, known_only, wrong_whole

ENCODER, SPACE = "clips.onnx", "space.safetensors"

_WHOLE = {
    "latent": (1, 256),
    "width": (8, 2048),
    "blocks": (1, 64),
    "size": (8, 512),
    "codebooks": (1, 16),
    "codebook_size": (2, 65535),
    "opset": (1, 64),
}  # field: (lowest, highest)


def validate_clips(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a clip encoder's architecture; UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "text_sha256"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    if not is_sha256(config.get("text_sha256")):
        raise UsageError(f"{where}: field 'architecture.text_sha256' must be 64 hexadecimal digits")
