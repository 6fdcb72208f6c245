"""A preset of a soundfont as zones: generators of instrument and preset put together as the format says.

Heard: ranges of keys and velocities, tuning, attenuation, pan, volume envelope, loops, exclusive classes, the
filter's cutoff and how velocity and key change it and the level. The modulation envelope moves the filter by
what it is on average in a note's first second. Not heard: resonance, vibrato, chorus and reverb.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stemwright.errors import UsageError
from stemwright.instruments.modulators import SWEEP, Identity, Modulator, modulators
from stemwright.instruments.sf2 import Font, Preset
from stemwright.instruments.zones import Envelope, Zone

MAX_ZONES = 20_000
_CUTOFF, _PAN, _DELAY, _ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = 8, 17, 33, 34, 35, 36, 37, 38
_INSTRUMENT, _KEYS, _VELOCITIES, _ATTENUATION = 41, 43, 44, 48
_COARSE, _FINE, _SAMPLE, _MODES, _SCALE, _CLASS, _ROOT = 51, 52, 53, 54, 56, 57, 58
_RISE, _KEEP, _FALL, _STAY = 26, 27, 28, 29
"""Modulation envelope: attack, hold, decay and sustain."""
_ADDED = (
    SWEEP,
    _CUTOFF,
    _PAN,
    _DELAY,
    _ATTACK,
    _HOLD,
    _DECAY,
    _SUSTAIN,
    _RELEASE,
    _ATTENUATION,
    _COARSE,
    _FINE,
)
_DEFAULTS = {_CUTOFF: 13500, _DELAY: -12000, _ATTACK: -12000, _HOLD: -12000, _DECAY: -12000}
_DEFAULTS |= {_RELEASE: -12000, _SCALE: 100, _ROOT: -1, _KEYS: 127 << 8, _VELOCITIES: 127 << 8}
_HEARD_ATTENUATION = 0.4
"""The share of a zone's attenuation that synthesizers since the first one apply."""


def preset_zones(font: Font, preset: Preset) -> list[Zone]:
    """The zones of a preset. UsageError where the file's tables do not fit, or nothing in it sounds."""
    zones: list[Zone] = []
    for over, above in _zones(font, "p", preset.bags, _INSTRUMENT):
        for own, below in _zones(font, "i", font.instrument(over[_INSTRUMENT] & 0xFFFF), _SAMPLE):
            zone = _zone(font, own, over, modulators(below, above))
            zones += [zone] if zone is not None else []
            if len(zones) > MAX_ZONES:
                raise UsageError(f"{font.path}: preset {preset} has more than {MAX_ZONES} zones")
    if not zones:
        raise UsageError(f"{font.path}: nothing sounds in its preset {preset}")
    return zones


def _zones(
    font: Font, kind: str, bags: range, target: int
) -> Iterator[tuple[dict[int, int], dict[Identity, int]]]:
    """Zones that name a target, with what they take from a first zone that names none."""
    shared: tuple[dict[int, int], dict[Identity, int]] = ({}, {})
    for number, (gens, mods) in enumerate(font.bags(kind, bags)):
        if target in gens:
            yield shared[0] | gens, shared[1] | mods
        elif number == 0:
            shared = gens, mods


def _zone(font: Font, own: dict[int, int], over: dict[int, int], mods: tuple[Modulator, ...]) -> Zone | None:
    row = font.header(own[_SAMPLE] & 0xFFFF)
    sample = font.sample(row)
    keys, speeds = (_both(own, over, oper) for oper in (_KEYS, _VELOCITIES))
    if sample is None or keys[0] > keys[1] or speeds[0] > speeds[1]:
        return None
    value = {**_DEFAULTS, **own}
    for oper in _ADDED:
        value[oper] = value.get(oper, 0) + over.get(oper, 0)
    root = value[_ROOT] if 0 <= value[_ROOT] <= 127 else int(row["pitch"])
    sweep = _swept(value)
    group = value.get(_CLASS, 0) & 0xFFFF
    return Zone(
        sample,
        low=keys[0],
        high=keys[1],
        low_velocity=speeds[0],
        high_velocity=speeds[1],
        center=root if root <= 127 else 60,
        tune=100 * value[_COARSE] + value[_FINE] + int(row["correction"]),
        track=value[_SCALE],
        gain=10.0 ** (-_HEARD_ATTENUATION * min(max(value[_ATTENUATION], 0), 1440) / 200.0),
        pan=min(max(value[_PAN], -500), 500) / 500.0,
        envelope=_envelope(value),
        start=0 if sample.vorbis else _offset(own, 0, 4),
        end=None if sample.vorbis else sample.end - sample.start + min(0, _offset(own, 1, 12)),
        loop=_loop(row, own, sample.vorbis) if value.get(_MODES, 0) & 1 else None,
        cutoff=8.176 * 2.0 ** ((min(max(value[_CUTOFF], 1500), 13500) + sweep * value[SWEEP]) / 1200.0),
        modulators=mods,
        sweep=sweep,
        group=group,
        off_by=group,
    )


def _both(own: dict[int, int], over: dict[int, int], oper: int) -> tuple[int, int]:
    """Where the ranges of instrument and preset overlap."""
    ranges = [(gens.get(oper, _DEFAULTS[oper]) & 0xFFFF) for gens in (own, over)]
    return max(span & 0xFF for span in ranges), min(span >> 8 for span in ranges)


def _offset(gens: dict[int, int], fine: int, coarse: int) -> int:
    return gens.get(fine, 0) + 32768 * gens.get(coarse, 0)


def _loop(row: Any, gens: dict[int, int], vorbis: bool) -> tuple[int, int]:
    """In samples of the recording; packed ones count from their own start."""
    base = 0 if vorbis else int(row["start"])
    return (
        int(row["loop_start"]) - base + _offset(gens, 2, 45),
        int(row["loop_end"]) - base + _offset(gens, 3, 50),
    )


def _swept(value: dict[int, int]) -> float:
    """How far the modulation envelope is up, 0..1, on average over a second."""
    attack, hold, decay = (max(_seconds(value.get(oper, -12000)), 1e-3) for oper in (_RISE, _KEEP, _FALL))
    rest = 1.0 - min(max(value.get(_STAY, 0), 0), 1000) / 1000.0
    times = [step / 20.0 for step in range(20)]
    levels = [min(time / attack, max(rest, 1.0 - max(0.0, time - attack - hold) / decay)) for time in times]
    return sum(levels) / len(levels)


def _envelope(value: dict[int, int]) -> Envelope:
    delay, attack, hold, decay, release = (
        _seconds(value[oper]) for oper in (_DELAY, _ATTACK, _HOLD, _DECAY, _RELEASE)
    )
    sustain = 10.0 ** (-min(max(value.get(_SUSTAIN, 0), 0), 1440) / 200.0)
    return Envelope(delay, attack, hold, decay, sustain, max(0.01, release))


def _seconds(timecents: int) -> float:
    """Of a time in 1200ths of an octave; the least value is none at all."""
    return 0.0 if timecents <= -12000 else 2.0 ** (min(timecents, 8000) / 1200.0)
