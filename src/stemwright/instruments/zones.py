"""Zones: recordings, and where on the keyboard, how loud, how long and from where they sound.

What SFZ and SoundFont files have in common. A note sounds all zones that fit it, so that stereo pairs and
layers stand together; zones that take turns say so.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from stemwright.instruments.modulators import ATTENUATION, CUTOFF, SWEEP, Modulator
from stemwright.instruments.sampler import Audio

MAX_RELEASE = 10.0
"""Seconds; longer releases are cut to it."""
LOWEST_HZ, OPEN_HZ = 20.0, 19_000.0
"""No filter is set lower; above the other it is open."""
_FALL = 5.0 * np.log(10.0)
"""Decay and release fall by 100 dB within their times."""


LOUDEST = 8.0
"""Samples of a recording are cut to +-8; full scale is 1."""


def finite(sound: Audio) -> Audio:
    """A recording with 0 for what are no numbers: a file of floats may hold anything."""
    whole: Audio = np.clip(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
    return whole


class Sample(Protocol):
    """A recording."""

    @property
    def key(self) -> Hashable:
        """What it is known by."""

    def load(self) -> tuple[Audio, int]:
        """float32 [samples, 1 or 2] and its rate. UsageError where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Level of a held note in time: seconds, and the level 0..1 at which it rests."""

    delay: float = 0.0
    attack: float = 0.0
    hold: float = 0.0
    decay: float = 0.0
    sustain: float = 1.0
    release: float = 0.1

    def curve(self, count: int, held: float, rate: int, release: float | None = None) -> Audio:
        """The level at each of `count` samples of a note that is let go after `held` seconds."""
        fade = min(self.release if release is None else release, MAX_RELEASE)
        time = np.arange(count, dtype=np.float32) / np.float32(rate)
        level = self._held(np.minimum(time, np.float32(held)))
        after = np.maximum(time - np.float32(held), 0) / np.float32(max(fade, 1e-3))
        curve: Audio = level * np.exp(-np.float32(_FALL) * after) * np.maximum(1 - after, 0)
        return curve

    def _held(self, time: Audio) -> Audio:
        top = self.delay + self.attack
        level = np.ones_like(time)
        if top:
            rise = (time - np.float32(self.delay)) / np.float32(max(self.attack, 1e-4))
            level = np.clip(rise, 0, 1)
        if self.decay and self.sustain < 1:
            past = np.maximum(time - np.float32(top + self.hold), 0) / np.float32(self.decay)
            level *= np.maximum(np.exp(-np.float32(_FALL) * past), np.float32(self.sustain))
        return level


@dataclass(frozen=True, slots=True)
class Zone:
    """One recording on a span of keys and velocities.

    `center`: the key that plays it as it is, `tune` cents added, `track` cents a key. `gain`: linear; `pan`
    -1..1. `velocity_track`: how much of the velocity is heard, 0..1. `start`, `end`, `loop`: samples of the
    recording. `group` ends what sounds with `off_by` of that number (0: nothing). `turn`: (position from 0,
    number) of zones that take turns; `chance`: the part of 0..1 of zones that are drawn. `modulators`: of a
    soundfont; None where velocity is heard as in SFZ files. `sweep`: 0..1, how far its modulation envelope
    is up.
    """

    sample: Sample
    low: int = 0
    high: int = 127
    low_velocity: int = 0
    high_velocity: int = 127
    center: int = 60
    tune: float = 0.0
    track: float = 100.0
    gain: float = 1.0
    pan: float = 0.0
    velocity_track: float = 1.0
    envelope: Envelope = field(default_factory=Envelope)
    start: int = 0
    end: int | None = None
    loop: tuple[int, int] | None = None
    one_shot: bool = False
    cutoff: float | None = None
    group: int = 0
    off_by: int = 0
    turn: tuple[int, int] = (0, 1)
    chance: tuple[float, float] = (0.0, 1.0)
    modulators: tuple[Modulator, ...] | None = None
    sweep: float = 0.0

    def semitones(self, pitch: int) -> float:
        """How far the recording is shifted for a key."""
        return ((pitch - self.center) * self.track + self.tune) / 100.0

    def amplitude(self, pitch: int, velocity: int) -> float:
        """Linear gain of a note: by the square of its velocity, if modulators do not say otherwise."""
        if self.modulators is not None:
            lost = sum(mod.value(pitch, velocity) for mod in self.modulators if mod.target == ATTENUATION)
            return float(self.gain * 10.0 ** (-max(lost, 0.0) / 200.0))
        return self.gain * (1.0 - self.velocity_track * (1.0 - (velocity / 127.0) ** 2))

    def filter(self, pitch: int, velocity: int) -> float | None:
        """The cutoff of a note in Hz, in steps of a semitone; None where the filter is open."""
        if self.cutoff is None:
            return None
        parts = {CUTOFF: 1.0, SWEEP: self.sweep}
        mods = self.modulators or ()
        cents = sum(parts.get(mod.target, 0.0) * mod.value(pitch, velocity) for mod in mods)
        steps = round(12 * np.log2(self.cutoff / LOWEST_HZ) + cents / 100)
        at = LOWEST_HZ * 2.0 ** (min(max(steps, 0), 12 * 14) / 12)
        return float(at) if at < OPEN_HZ else None


class Keyboard:
    """The zones of one instrument, and which of them a note sounds."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self.zones = list(zones)
        self._keys: dict[int, list[Zone]] = {}

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest key that sounds."""
        return min(zone.low for zone in self.zones), max(zone.high for zone in self.zones)

    def sounds(self, pitch: int) -> bool:
        """Whether any zone lies on a key."""
        return bool(self._at(pitch))

    def fitting(self, pitch: int, velocity: int, turn: int = 0) -> list[Zone]:
        """The zones of a note, the `turn`-th of its key; where none is of its velocity, the nearest."""
        there = self._at(pitch)
        away = [max(0, zone.low_velocity - velocity, velocity - zone.high_velocity) for zone in there]
        least = min(away, default=0)
        near = [zone for zone, gap in zip(there, away, strict=True) if gap == least]
        drawn = (turn + 1) * 0.6180339887498949 % 1.0  # evenly spread, and the same every time
        chosen = [
            zone
            for zone in near
            if turn % zone.turn[1] == zone.turn[0] and zone.chance[0] <= drawn < zone.chance[1]
        ]
        return chosen or near[:1]

    def _at(self, pitch: int) -> list[Zone]:
        if pitch not in self._keys:
            self._keys[pitch] = [zone for zone in self.zones if zone.low <= pitch <= zone.high]
        return self._keys[pitch]
