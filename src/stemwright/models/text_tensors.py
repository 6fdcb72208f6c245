"""The tensors of a text encoder's weight file (`text/encoder`), from its architecture alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.models.fields import known_only, wrong_whole

_WHOLE = {
    "version": (1, 1),
    "buckets": (1 << 15, 1 << 15),
    "width": (8, 128),
    "hidden": (8, 1024),
    "size": (8, 512),
    "vocabulary": (0, 200_000),
}  # field: (lowest, highest)
_SOUND = {
    "buckets": (1 << 8, 1 << 15),
    "width": (8, 128),
    "hidden": (8, 1024),
    "size": (8, 512),
}  # the same of `sound`, where there is one
MAX_STYLES = 256
_STYLE = re.compile(r"[a-z]{1,32}")


def validate_text(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a text encoder's architecture; raises UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "styles", "sound"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    if "sound" in config:
        _validate_sound(config["sound"], where)
    styles = config["styles"]
    named = isinstance(styles, list) and all(isinstance(n, str) and _STYLE.fullmatch(n) for n in styles)
    if not named or not 1 <= len(set(styles)) == len(styles) <= MAX_STYLES:
        raise UsageError(
            f"{where}: field 'architecture.styles' must list 1 to {MAX_STYLES} names of styles, each once"
        )


def _validate_sound(config: object, where: str) -> None:
    if not isinstance(config, dict):
        raise UsageError(f"{where}: field 'architecture.sound' must be an object")
    known_only(config, tuple(_SOUND), where)
    wrong = wrong_whole(config, _SOUND)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.sound.{wrong[0]}' {wrong[1]}")


def text_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of every tensor."""
    buckets, width, hidden, size = (config[name] for name in ("buckets", "width", "hidden", "size"))
    return {
        **(_sound_tensors(config["sound"], size) if "sound" in config else {}),
        "table": ("I8", (buckets, width)),
        "telling": ("U8", (buckets,)),
        "hidden": ("I8", (hidden, width)),
        "out": ("I8", (size, hidden)),
        "styles": ("I8", (len(config["styles"]), size)),
        "vocabulary": ("I32", (config["vocabulary"],)),
    }


def _sound_tensors(config: Mapping[str, int], style: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    buckets, width, hidden, size = (config[name] for name in _SOUND)
    return {
        "sound_table": ("I8", (buckets, width)),
        "sound_telling": ("U8", (buckets,)),
        "sound_hidden": ("I8", (hidden, style + width)),
        "sound_out": ("I8", (size, hidden)),
    }
