"""What a style's layers are usually played in: timbres of the shipped bundles, as its file says."""

from __future__ import annotations

from stemwright.compose.styles import resolve, style_of
from stemwright.song.layers import kind_of


def usual_timbre(style: str, layer: str) -> str:
    """The timbre that a layer is usually played in, by its kind; "" where the style has none for it."""
    name = resolve(style) if style else None
    return style_of(name).timbres.get(kind_of(layer), "") if name else ""
