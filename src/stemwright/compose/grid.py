"""The metrical grid of a bar: sixteenth steps grouped into pulses, for any meter.

A pulse is what a foot taps: a quarter in 4/4, a dotted quarter in 6/8, 2+2+3 eighths in 7/8. Every
pulse has a role, A B C D, that says which quarter of a 4/4 pattern it borrows its music from; T is the
middle of a group of three and is filled as the style prefers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stemwright.song.state import Meter

STEP = 24  # ticks in a sixteenth


@dataclass(frozen=True, slots=True)
class Pulse:
    """One tap of the foot: first step, length in steps, and role."""

    start: int
    length: int
    role: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A bar of `steps` sixteenths; `strengths` has one entry a step, 4 (downbeat) to 0 (off sixteenth)."""

    steps: int
    beat_steps: int
    pulses: tuple[Pulse, ...]
    strengths: tuple[int, ...]
    compound: bool

    def halves(self) -> int:
        """The step, on a beat, where the second half of the bar begins (0 if the bar cannot be split)."""
        starts = [p.start for p in self.pulses if p.start % self.beat_steps == 0 and p.start > 0]
        strong = [s for s in starts if self.strengths[s] >= 3]
        return min(strong or starts, key=lambda s: (abs(2 * s - self.steps), s), default=0)


def _eighth_pulses(n: int) -> list[int]:
    if n == 1:
        return [2]
    if n % 3 == 0:
        return [6] * (n // 3)
    if n == 5:
        return [6, 4]
    return [4] * (n // 2) if n % 2 == 0 else [4] * ((n - 3) // 2) + [6]


def _sixteenth_pulses(n: int) -> list[int]:
    if n <= 2:
        return [n]
    if n == 5:
        return [3, 2]
    if n in (6, 9, 12):
        return [3] * (n // 3)
    threes = {0: 0, 3: 1, 2: 2, 1: 3}[n % 4]
    return [4] * ((n - 3 * threes) // 4) + [3] * threes


def _pulse_lengths(n: int, d: int) -> list[int]:
    if d == 2:
        return [4] * (2 * n)
    if d == 4:
        return [4] * n
    return _eighth_pulses(n) if d == 8 else _sixteenth_pulses(n)


def _groups(pulses: int) -> list[int]:
    if pulses in (1, 3):
        return [pulses]
    if pulses == 5:
        return [3, 2]
    return [2] * (pulses // 2) if pulses % 2 == 0 else [2] * ((pulses - 3) // 2) + [3]


def _roles(groups: list[int]) -> list[str]:
    roles: list[str] = []
    for index, size in enumerate(groups):
        strong, back = "AB" if index % 2 == 0 else "CD"
        roles += {1: [strong], 2: [strong, back], 3: [strong, "T", "D"]}[size]
    return roles


def _strengths(lengths: list[int], groups: list[int]) -> list[int]:
    heads = {sum(groups[:i]) for i in range(len(groups))}
    out: list[int] = []
    for index, length in enumerate(lengths):
        head = 4 if index == 0 else 3 if index in heads else 2
        inner = {6: [0, 1, 0, 1, 0], 4: [0, 1, 0], 3: [1, 1], 2: [1], 1: []}[length]
        out += [head, *inner]
    return out


@lru_cache(maxsize=256)
def _grid(n: int, d: int) -> Grid:
    lengths = _pulse_lengths(n, d)
    groups = _groups(len(lengths))
    roles = _roles(groups)
    pulses = tuple(Pulse(sum(lengths[:i]), length, roles[i]) for i, length in enumerate(lengths))
    compound = all(length in (3, 6) for length in lengths)
    return Grid(sum(lengths), 16 // d, pulses, tuple(_strengths(lengths, groups)), compound)


def grid_of(meter: Meter) -> Grid:
    """The grid of one bar of `meter`."""
    return _grid(meter.n, meter.d)
