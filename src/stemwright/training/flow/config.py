"""Shapes of the flow model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from stemwright.conditioning.layout import feature_size
from stemwright.errors import UsageError, shown
from stemwright.flow.space import STACK
from stemwright.flow.told import STYLE
from stemwright.models.flow import HEAD
from stemwright.song.layers import LAYERS

SIZES: dict[str, tuple[int, int]] = {"tiny": (64, 2), "xs": (192, 8), "s": (256, 10), "m": (384, 12)}
"""Width and blocks; `tiny` is for tests."""


@dataclass(frozen=True, slots=True)
class FlowConfig:
    """`latent`: numbers of a codec's frame; `width`, `blocks`: of the transformer; `ffn`: the inner width of
    its feed-forward parts; `features`: columns of a frame's conditions, of the layer that has most; `style`:
    numbers of a style vector."""

    latent: int
    width: int = 256
    blocks: int = 10
    ffn: int = 704
    features: int = max(feature_size(layer) for layer in LAYERS)
    layers: int = len(LAYERS)
    style: int = STYLE

    @property
    def step(self) -> int:
        """Numbers of a step."""
        return STACK * self.latent

    @property
    def heads(self) -> int:
        """Of attention."""
        return self.width // HEAD

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary."""
        return asdict(self)


def flow_config(size: str, latent: int) -> FlowConfig:
    """The shape of a size. UsageError for one that is not known."""
    if size not in SIZES:
        raise UsageError(f"size: {shown(size)} is not known: use one of {', '.join(SIZES)}")
    width, blocks = SIZES[size]
    return FlowConfig(latent, width, blocks, ffn=-(-width * 8 // 3 // 64) * 64)
