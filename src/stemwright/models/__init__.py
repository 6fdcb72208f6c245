"""Bundles: folders that hold a model's weights and the manifest that describes them."""

from stemwright.models.bundle import (
    Bundle,
    load_bundle,
    read_manifest,
    require_base,
    require_codec,
    require_frames,
    tokens_of,
    write_bundle,
)
from stemwright.models.manifest import Manifest
from stemwright.models.registry import find, shipped

__all__ = [
    "Bundle",
    "Manifest",
    "find",
    "load_bundle",
    "read_manifest",
    "require_base",
    "require_codec",
    "require_frames",
    "shipped",
    "tokens_of",
    "write_bundle",
]
