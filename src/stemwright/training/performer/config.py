"""Shapes of the performers: one dataclass, made of a named preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from stemwright.conditioning import feature_size
from stemwright.models.presets import preset_shape


@dataclass(frozen=True, slots=True)
class PerformerConfig:
    """`features`: columns of the conditioning. `window`: steps that attention sees, its own included."""

    features: int
    d_model: int = 256
    layers: int = 8
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    ffn: int = 704
    codebooks: int = 8
    codebook_size: int = 1024
    window: int = 384
    rope_base: float = 10000.0
    norm_eps: float = 1e-5
    lookahead: int = 2

    def to_json(self) -> dict[str, Any]:
        """The `architecture` of a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> PerformerConfig:
        """The configuration that `to_json` gave."""
        return cls(**{f.name: record[f.name] for f in fields(cls)})


SAMPLING: dict[str, dict[str, float]] = {
    "drums": {"temperature": 0.5, "guidance": 2.5},
    "bass": {"temperature": 0.2, "guidance": 2.0},
    "harmony": {"temperature": 0.3, "guidance": 2.0},
    "lead": {"temperature": 0.3, "guidance": 2.0},
}
"""How each layer's codes are best drawn, chosen on validation clips beside their renderings by log-mel
distance, velocity, roughness and flutter (drums: onset F1); goes into the manifest."""


def preset(name: str, layer: str) -> PerformerConfig:
    """The configuration of a preset for a layer (harmony is wider from `small` on)."""
    return PerformerConfig(features=feature_size(layer), **preset_shape(name, layer))
