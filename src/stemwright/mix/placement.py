"""Where each layer stands in the mix: how loud beside the others, and how far left or right."""

import math
from dataclasses import dataclass

from stemwright.mix.loudness import SILENCE_DB

REFERENCE_LUFS = -20.0
"""Loudness to which a layer of level 0 is brought before all are summed."""

MAX_BOOST_DB = 18.0
"""A stem that is nearly silent is not blown up beyond this."""


@dataclass(frozen=True, slots=True)
class Placement:
    """`level_db`: loudness in LU beside the drums; `pan`: -1 left .. 1 right; `room_db`: how loud the room
    is beside it.
    """

    level_db: float
    pan: float
    room_db: float


PLACEMENTS = {
    "drums": Placement(0.0, 0.0, -13.0),
    "bass": Placement(-2.0, 0.0, -26.0),
    "harmony": Placement(-5.0, -0.4, -7.5),
    "lead": Placement(-3.0, 0.3, -8.0),
}
NEUTRAL = Placement(-4.0, 0.0, -12.0)


def placement(layer: str) -> Placement:
    """The placement of `layer`; NEUTRAL for layers not known by name."""
    return PLACEMENTS.get(layer, NEUTRAL)


def gain_db(layer: str, loudness_lufs: float) -> float:
    """What brings a stem of `loudness_lufs` to its level. 0 for a silent stem."""
    if loudness_lufs <= SILENCE_DB:
        return 0.0
    return min(REFERENCE_LUFS + placement(layer).level_db - loudness_lufs, MAX_BOOST_DB)


def pan_gains(pan: float) -> tuple[float, float]:
    """Equal-power factors (left, right): their squares sum to 1."""
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4.0
    return math.cos(angle), math.sin(angle)
