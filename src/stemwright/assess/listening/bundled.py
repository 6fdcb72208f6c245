"""Which bundles the sounds of the page are of."""

from __future__ import annotations

from stemwright.producer import bundles
from stemwright.song.layers import LAYERS


def identities() -> dict[str, str]:
    """SHA-256 by name: the performers' bundles, and those that make sound of their tokens."""
    found = {layer: bundles.performer(layer) for layer in LAYERS}
    made = {layer: bundle.sha256 for layer, bundle in found.items()}
    for bundle in found.values():
        codec = bundles.codec_of(bundle)
        made[codec.manifest.name] = codec.sha256
        if codec.manifest.kind == "codec":
            made["wide"] = bundles.wide_decoder().sha256
    return made
