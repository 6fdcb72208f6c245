"""Where each layer stands in the mix: how loud beside the others, and how far left or right."""

import math
from dataclasses import dataclass

from stemwright.mix.automation import GainCurve
from stemwright.mix.levels import SILENCE_DB
from stemwright.song.layers import KINDS, kind_of

REFERENCE_LUFS = -20.0
"""Loudness to which a layer of level 0 is brought before all are summed."""

STEP_LU = 0.2
"""Nobody hears the tenth that a level may be off."""

MAX_BOOST_DB = 18.0
"""A stem that is nearly silent is not blown up beyond this."""


@dataclass(frozen=True, slots=True)
class Placement:
    """`level_db`: loudness in LU beside the drums; `pan`: -1 left .. 1 right; `room_db`: how loud the room
    is beside it; `gain_db`: how much louder than its level the user wants it, and `curve`, from bar to bar.
    """

    level_db: float
    pan: float
    room_db: float
    gain_db: float = 0.0
    curve: GainCurve | None = None


_ASIDE = 0.15
"""How far from the middle a further layer stands whose kind is in it."""


def placement(layer: str) -> Placement:
    """The placement of `layer`: its kind's. A further layer of a kind ("bass-2", "strings") is half as far
    aside, on the other side where its number is even or it has none.
    """
    name = kind_of(layer)
    kind = KINDS[name]
    if layer == name:
        return Placement(kind.level_db, kind.pan, kind.room_db)
    same_side = math.copysign(abs(kind.pan) / 2 or _ASIDE, kind.pan)
    return Placement(kind.level_db, same_side if _number(layer) % 2 else -same_side, kind.room_db)


def _number(layer: str) -> int:
    """Which of its kind a further layer is: the number at its name's end, 2 where there is none."""
    digits = layer[len(layer.rstrip("0123456789")) :]
    return int(digits) if digits else 2


def gain_db(place: Placement, loudness_lufs: float) -> float:
    """What brings a stem of `loudness_lufs` to its place's level, and to the user's gain from there. 0 for a
    silent stem.

    Loudness counts in steps of STEP_LU, so that the edit of a bar seldom moves the gain of all others: what
    the mix keeps of them stays of use.
    """
    if loudness_lufs <= SILENCE_DB:
        return 0.0
    heard = round(loudness_lufs / STEP_LU) * STEP_LU
    return min(REFERENCE_LUFS + place.level_db - heard, MAX_BOOST_DB) + place.gain_db


def pan_gains(pan: float) -> tuple[float, float]:
    """Equal-power factors (left, right): their squares sum to 1."""
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4.0
    return math.cos(angle), math.sin(angle)
