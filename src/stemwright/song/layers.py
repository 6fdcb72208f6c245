"""The layers a song usually has. The set is open: any well-formed name may be a layer."""

from __future__ import annotations

import re

from stemwright.errors import UsageError

LAYERS: tuple[str, ...] = ("drums", "bass", "harmony", "lead")
"""The known layers in their fixed order."""

DEFAULT_PROGRAMS: dict[str, int] = {"drums": 0, "bass": 33, "harmony": 0, "lead": 80}
"""General MIDI program (0-based) of each known layer when exported."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def check_layer_name(name: object, field: str = "layer") -> str:
    """`name`, where it is a well-formed layer name; UsageError otherwise."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise UsageError(
        f"{field}: {str(name)[:40]!r} is not a layer name; use a-z, 0-9, _ and -, a letter first, at most 32"
    )


def is_drums(layer: str) -> bool:
    """Whether a layer's pitches are drum pieces ("drums", "drums2", "drums-fill")."""
    return layer.startswith("drums")


def ordered(names: list[str] | tuple[str, ...] | set[str]) -> list[str]:
    """Layer names in the fixed order: the known ones first, then the others by name."""
    return sorted(names, key=lambda name: (LAYERS.index(name) if name in LAYERS else len(LAYERS), name))
