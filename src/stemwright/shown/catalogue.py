"""What there is to choose from: `styles` and `timbres`, as plain values that scripts rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stemwright.producer import bundles
from stemwright.song.layers import LAYERS, check_layer_name

if TYPE_CHECKING:
    from stemwright.compose.style import Style


def styles() -> dict[str, Any]:
    """Every style that a new song may have, those of the user's own last: other names for it, its usual tempi
    (BPM), its meter ("" for any), whose patterns it is played by, what they are like, what its layers are
    played in, and which layers it usually has. UsageError for a faulty file of the user's.
    """
    from stemwright.compose.stylebook.files import own_files
    from stemwright.compose.styles import BOOK, style_of
    from stemwright.song.style import ALIASES

    styles = [style_of(name) for name in (*BOOK, *own_files())]
    return {"styles": [{"aliases": list(ALIASES.get(style.name, ())), **sheet(style)} for style in styles]}


def sheet(style: Style) -> dict[str, Any]:
    """What a style is, apart from its patterns."""
    return {
        "name": style.name,
        "bpm": list(style.bpm),
        "meter": str(style.meter or ""),
        "patterns": style.like or style.name,
        "about": style.about,
        "timbres": {layer: style.timbres.get(layer, "") for layer in LAYERS},
        "layers": list(style.layers or LAYERS),
    }


def timbres(layer: str | None = None) -> dict[str, Any]:
    """The timbres of each layer's performer, in its order: lowest and highest pitch, null where the bundle
    does not say. UsageError where a bundle is missing.
    """
    layers: dict[str, Any] = {}
    for name in LAYERS if layer is None else (check_layer_name(layer),):
        bundle = bundles.performer(name)
        layers[name] = {
            "bundle": bundle.manifest.name,
            "timbres": [
                {"name": timbre, "range": bundles.range_of(bundle, timbre)}
                for timbre in bundle.manifest.timbres
            ],
        }
    return {"layers": layers}
