"""Going on from a finished bundle: the inverse of the export, and what differs put in its place.

Weights are what the engine computes with: int8 times scale. Conditioning columns that the bundle does not
know are zero, so that the performer begins as it was; timbres are found by name.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from stemwright.conditioning import knows
from stemwright.conditioning.layout import timbre_columns
from stemwright.errors import UsageError, argument
from stemwright.models import Bundle
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.export import dequantised_state


def warm_weights(
    bundle: Bundle,
    layer: str,
    config: PerformerConfig,
    codec_sha256: str,
    timbres: Sequence[str],
    *,
    new_codec: bool = False,
) -> dict[str, Tensor]:
    """State of a `PerformerNetwork` of this configuration from a bundle of the same layer and shape;
    `timbres`: its names by slot.

    `new_codec`: the tokens may be another codec's; its tables come along, and whoever trains finds out which
    are of any use. UsageError where the bundle does not fit.
    """
    _check(bundle, layer, config, codec_sha256, new_codec)
    old = PerformerConfig.from_json(bundle.manifest.architecture)
    state = dequantised_state(old, bundle.tensors())
    known = state["cond.weight"]
    weight = torch.zeros(config.d_model, config.features)
    weight[:, : old.features] = known
    slots = list(timbre_columns(layer))
    weight[:, slots] = 0
    for slot, name in enumerate(bundle.manifest.timbres):
        if name in timbres:
            weight[:, slots[timbres.index(name)]] = known[:, slots[slot]]
    tables = {} if _same_tables(old, config) else fresh_tables(config)
    return {**state, **tables, "cond.weight": weight}


def fresh_tables(config: PerformerConfig) -> dict[str, Tensor]:
    """Random embeddings and heads, as a new model has them."""
    rows = {"embed": config.codebook_size + 1, "heads": config.codebook_size}
    return {k: 0.02 * torch.randn(config.codebooks * n, config.d_model) for k, n in rows.items()}


def _same_tables(old: PerformerConfig, new: PerformerConfig) -> bool:
    return (old.codebooks, old.codebook_size) == (new.codebooks, new.codebook_size)


def require_shape(bundle: Bundle, config: PerformerConfig, *, new_codec: bool = False) -> None:
    """UsageError unless a bundle's network has this shape, whatever it is told beside its tokens, and, with
    `new_codec`, whatever they are."""
    old = PerformerConfig.from_json(bundle.manifest.architecture)
    free = {"features": 0, **({"codebooks": 0, "codebook_size": 0} if new_codec else {})}
    theirs, ours = ({**c.to_json(), **free} for c in (old, config))
    unequal = [name for name in ours if ours[name] != theirs[name]]
    if unequal:
        name = unequal[0]
        raise UsageError(f"{bundle.path}: its {name} is {theirs[name]}, not {ours[name]}: choose its preset")


def _check(bundle: Bundle, layer: str, config: PerformerConfig, codec_sha256: str, new_codec: bool) -> None:
    manifest = bundle.manifest
    if manifest.name != layer:
        raise UsageError(f"{bundle.path}: plays {manifest.name!r}, not {layer!r}")
    version = manifest.conditioning_version
    if not knows(layer, version, manifest.architecture["features"]):
        raise UsageError(
            f"{bundle.path}: conditioning version {version} is not known: train without {argument('from')}"
        )
    require_shape(bundle, config, new_codec=new_codec)
    if manifest.codec_sha256 != codec_sha256 and not new_codec:
        raise UsageError(
            f"{bundle.path}: speaks tokens of codec {str(manifest.codec_sha256)[:12]}, the data has those of "
            f"{codec_sha256[:12]}: tokenize with its codec, or say {argument('new_codec')}"
        )
