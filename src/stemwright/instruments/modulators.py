"""Modulators of soundfonts: how the velocity and the key of a note change its level and its filter.

Only what a note itself says is heard; controllers are taken at rest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

ATTENUATION, CUTOFF, SWEEP = 48, 8, 11
"""Generators that are changed: centibels, cents, and cents of a full modulation envelope. Modulators of
others are left out.
"""
Identity = tuple[int, int, int, int]
"""Source, target, second source and transform: a modulator replaces one of the same."""
DEFAULTS: dict[Identity, int] = {(0x0502, ATTENUATION, 0, 0): 960}
"""Level by velocity. The format's other default, a filter by velocity, is played by no common synthesizer."""
_NOT_PLAYED = (0x0102, CUTOFF, 0x0D02)
_CONTROLLER, _DOWN, _BIPOLAR = 0x80, 0x100, 0x200
_VELOCITY, _KEY, _WHEEL = 2, 3, 14
_LEVELS = (7, 10, 11)
"""Controllers of a channel's level and pan, which a stem has no use for."""


@dataclass(frozen=True, slots=True)
class Modulator:
    """Adds `amount`, times its sources, to a generator."""

    source: int
    target: int
    second: int
    transform: int
    amount: int

    def value(self, pitch: int, velocity: int) -> float:
        """What it adds for a note."""
        made = self.amount * _source(self.source, pitch, velocity) * _source(self.second, pitch, velocity)
        return abs(made) if self.transform == 2 else made


def modulators(own: Mapping[Identity, int], over: Mapping[Identity, int]) -> tuple[Modulator, ...]:
    """Those of an instrument's zone, which replace the defaults, with those of a preset's added."""
    amounts = DEFAULTS | dict(own)
    for identity, amount in over.items():
        amounts[identity] = amounts.get(identity, 0) + amount
    return tuple(
        Modulator(*identity, amount)
        for identity, amount in amounts.items()
        if amount and identity[1] in (ATTENUATION, CUTOFF, SWEEP) and _heard(identity)
    )


def _heard(identity: Identity) -> bool:
    source, target, second, _ = identity
    if (source, target, second) == _NOT_PLAYED:
        return False
    return not any(oper & _CONTROLLER and oper & 0x7F in _LEVELS for oper in (source, second))


def _source(oper: int, pitch: int, velocity: int) -> float:
    """A source's value, 0..1 or -1..1."""
    index = oper & 0x7F
    if index == 0 and not oper & _CONTROLLER:
        return 1.0
    at = 0 if oper & _CONTROLLER else {_VELOCITY: velocity, _KEY: pitch, _WHEEL: 64}.get(index, 0)
    part = at / 127.0
    if oper & _DOWN:
        part = 1.0 - part
    if not oper & _BIPOLAR:
        return _shaped(oper >> 10, part)
    both = 2.0 * part - 1.0
    return math.copysign(_shaped(oper >> 10, abs(both)), both)


def _shaped(kind: int, part: float) -> float:
    """0..1 through a curve: linear, concave, convex or a switch."""
    if kind == 1:
        return 1.0 if part >= 1.0 else min(1.0, -_bent(1.0 - part))
    if kind == 2:
        return 0.0 if part <= 0.0 else max(0.0, 1.0 + _bent(part))
    if kind == 3:
        return float(part >= 0.5)
    return part


def _bent(part: float) -> float:
    return 40.0 / 96.0 * math.log10(part)
