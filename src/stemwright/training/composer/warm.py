"""Going on from a finished composer: its weights, and zeros for conditions that it did not know."""

from __future__ import annotations

import torch
from torch import Tensor

from stemwright.errors import UsageError, argument
from stemwright.models import Bundle
from stemwright.symbolic.composer.conditions import VERSION
from stemwright.symbolic.events.vocabulary import identity
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.export import dequantised_state
from stemwright.training.performer.warm import require_shape


def warm_weights(bundle: Bundle, config: PerformerConfig) -> dict[str, Tensor]:
    """State of a composer of this configuration. New versions of the conditions add columns at the end.

    UsageError where the bundle speaks other events or has another shape.
    """
    manifest = bundle.manifest
    if manifest.architecture.get("events") != identity():
        raise UsageError(
            f"{bundle.path}: speaks other events than this version: train without {argument('from')}"
        )
    require_shape(bundle, config)
    old = PerformerConfig.from_json(manifest.architecture)
    if (manifest.conditioning_version or 0) > VERSION or old.features > config.features:
        raise UsageError(f"{bundle.path}: its conditions are newer than this version: update stemwright")
    state = dequantised_state(old, bundle.tensors())
    weight = torch.zeros(config.d_model, config.features)
    weight[:, : old.features] = state["cond.weight"]
    return {**state, "cond.weight": weight}
