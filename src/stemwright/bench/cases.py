"""What is measured: shapes of performers, and the ways in which each decodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from stemwright.conditioning import feature_size
from stemwright.models.presets import preset_shape
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import FRAME_RATE

CACHES = (1200, 2360)
"""Positions in the cache: 16 seconds and half a minute of music."""


@dataclass(frozen=True)
class Shape:
    """A preset's architecture and the layers that have it; `config` has no window and no `kv_cache` yet."""

    preset: str
    layers: tuple[str, ...]
    config: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What a row is called: the preset and the layers it stands for."""
        return f"{self.preset} ({', '.join(self.layers)})"

    def architecture(self, cache: int, kv_cache: str = "float32") -> dict[str, Any]:
        """The whole architecture, with a window of so many positions."""
        return {**self.config, "window": cache, "kv_cache": kv_cache}


@dataclass(frozen=True)
class Case:
    """One way in which a shape decodes."""

    shape: Shape
    batch: int
    threads: int
    cache: int


@dataclass(frozen=True)
class Effort:
    """How long the benchmark takes its time."""

    rounds: int
    turn_seconds: float
    trial_seconds: float


FULL = Effort(rounds=5, turn_seconds=0.06, trial_seconds=0.05)
QUICK = Effort(rounds=3, turn_seconds=0.05, trial_seconds=0.03)


def shapes(presets: Iterable[str]) -> list[Shape]:
    """Every different shape of the presets. Layers that differ in the columns of their conditioning alone
    share one, with the most columns: those are half a percent of a small model's weights."""
    found: list[Shape] = []
    for name in presets:
        groups: dict[tuple[tuple[str, int], ...], list[str]] = {}
        for layer in LAYERS:
            groups.setdefault(tuple(sorted(preset_shape(name, layer).items())), []).append(layer)
        for key, layers in groups.items():
            config = {
                **dict(key),
                "features": max(feature_size(layer) for layer in layers),
                "codebooks": 8,
                "codebook_size": 1024,
                "rope_base": 10000.0,
                "norm_eps": 1e-5,
                "lookahead": 2,
            }
            found.append(Shape(name, tuple(layers), config))
    return found


def cases(shape: Shape, quick: bool) -> list[Case]:
    """The cases of a shape; those that share a batch and threads stand together, the short cache first."""
    if quick:
        return [Case(shape, batch, threads, CACHES[0]) for batch, threads in ((1, 1), (1, 2))]
    return [Case(shape, *case) for case in product((1, 4), (1, 2), CACHES)]


def rtf(milliseconds: float) -> float:
    """Real-time factor of decoding one frame in so many milliseconds."""
    return milliseconds * FRAME_RATE / 1000
