"""What a flow's bundle says and holds: `VELOCITY`, a graph, and `SPACE`, the latents that it works in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.models.fields import is_sha256, known_only, wrong_whole

VELOCITY, SPACE = "velocity.onnx", "space.safetensors"
HEAD = 64
"""Numbers of a head of attention."""

_WHOLE = {
    "latent": (1, 256),
    "width": (64, 2048),
    "blocks": (1, 64),
    "ffn": (1, 16384),
    "features": (1, 4096),
    "layers": (1, 16),
    "style": (1, 4096),
    "leaps": (0, 1),
    "codebooks": (1, 16),
    "codebook_size": (2, 65535),
    "opset": (1, 64),
}  # field: (lowest, highest)


def validate_flow(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a flow's architecture; UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "timbres", "ranges", "text_sha256"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    timbres = config.get("timbres")
    if not isinstance(timbres, dict) or not all(
        isinstance(names, list) and len(names) <= 48 and all(isinstance(name, str) for name in names)
        for names in timbres.values()
    ):
        raise UsageError(f"{where}: field 'architecture.timbres' must hold lists of names by layer")
    text = config.get("text_sha256")
    if text != "" and not is_sha256(text):
        raise UsageError(f"{where}: field 'architecture.text_sha256' must be 64 hexadecimal digits or none")
    if not _are_ranges(config.get("ranges", {})):
        raise UsageError(
            f"{where}: field 'architecture.ranges' must hold pairs of pitches by layer and timbre"
        )


def _are_ranges(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(by_timbre, dict)
        and all(
            isinstance(pair, list) and len(pair) == 2 and all(type(each) is int for each in pair)
            for pair in by_timbre.values()
        )
        for by_timbre in value.values()
    )


def space_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of what `SPACE` holds."""
    latent = config["latent"]
    books = (config["codebooks"], config["codebook_size"], latent)
    return {"mean": ("F32", (latent,)), "scale": ("F32", (latent,)), "codebooks": ("F32", books)}
