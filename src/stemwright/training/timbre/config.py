"""What a timbre's network is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.models.timbre import HOP, MAX_LATENT, RATE
from stemwright.training.timbre.filter_bank import BANDS

__all__ = ["HOP", "RATE", "TimbreConfig"]

STAGES = 3
"""Halvings of the bands' rate, 3 kHz, down to the latent's, 375 a second."""
assert HOP == BANDS << STAGES


@dataclass(frozen=True, slots=True)
class TimbreConfig:
    """``capacity``: channels at the bands' rate; they double at each halving. ``latent``: numbers of a frame.
    ``dilations``: of the units at the latent's rate, which hear far back.
    """

    capacity: int = 16
    latent: int = 16
    dilations: tuple[int, ...] = (1, 3, 9, 27)

    def __post_init__(self) -> None:
        if not 4 <= self.capacity <= 64 or not 1 <= self.latent <= MAX_LATENT:
            raise UsageError(
                f"timbre: capacity {shown(self.capacity)} is not 4 to 64, or latent {shown(self.latent)} "
                f"not 1 to {MAX_LATENT}"
            )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "dilations": [*self.dilations]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TimbreConfig:
        """The config of plain values."""
        return cls(int(value["capacity"]), int(value["latent"]), tuple(value["dilations"]))
