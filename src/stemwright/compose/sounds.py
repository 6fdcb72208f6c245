"""What a style's layers are usually played in: timbres of the shipped bundles, as its file says."""

from __future__ import annotations

from stemwright.compose.parts import known_part, timbre_of
from stemwright.compose.styles import resolve, style_of
from stemwright.song.layers import kind_of


def usual_timbre(style: str, layer: str) -> str:
    """The timbre that a layer in its role is usually played in, by the part that it is or else its kind; ""
    where the style has none for it.
    """
    name = resolve(style) if style else None
    if not name:
        return ""
    bare = layer.rpartition(":")[2]
    part = known_part(bare)
    if part is not None and part.kind == kind_of(layer):
        return timbre_of(style_of(name), part, bare)
    return style_of(name).timbres.get(kind_of(layer), "")
