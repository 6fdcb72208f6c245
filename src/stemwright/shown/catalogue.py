"""What there is to choose from: `styles` and `timbres`, as plain values that scripts rely on."""

from __future__ import annotations

from typing import Any

from stemwright.producer import bundles
from stemwright.song.layers import LAYERS, check_layer_name


def styles() -> dict[str, Any]:
    """Every style that a new song may have: other names for it, its usual tempi (BPM), whose patterns it is
    played by, what they are like, and what its layers are played in.
    """
    from stemwright.compose import sounds
    from stemwright.compose.styles import about, played_names, style_of
    from stemwright.song.style import ALIASES

    rows = []
    for name in played_names():
        patterns = style_of(name)
        rows.append(
            {
                "name": name,
                "aliases": list(ALIASES[name]),
                "bpm": list(patterns.bpm),
                "patterns": patterns.name,
                "about": about(patterns.name),
                "timbres": {layer: sounds.usual_timbre(name, layer) for layer in LAYERS},
            }
        )
    return {"styles": rows}


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
