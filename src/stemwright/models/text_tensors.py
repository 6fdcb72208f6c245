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
MAX_STYLES = 256
_STYLE = re.compile(r"[a-z]{1,32}")


def validate_text(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a text encoder's architecture; raises UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "styles"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    styles = config["styles"]
    named = isinstance(styles, list) and all(isinstance(n, str) and _STYLE.fullmatch(n) for n in styles)
    if not named or not 1 <= len(set(styles)) == len(styles) <= MAX_STYLES:
        raise UsageError(
            f"{where}: field 'architecture.styles' must list 1 to {MAX_STYLES} names of styles, each once"
        )


def text_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of every tensor."""
    buckets, width, hidden, size = (config[name] for name in ("buckets", "width", "hidden", "size"))
    return {
        "table": ("I8", (buckets, width)),
        "telling": ("U8", (buckets,)),
        "hidden": ("I8", (hidden, width)),
        "out": ("I8", (size, hidden)),
        "styles": ("I8", (len(config["styles"]), size)),
        "vocabulary": ("I32", (config["vocabulary"],)),
    }
