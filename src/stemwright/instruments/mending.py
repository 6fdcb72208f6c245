"""What recordings need before they are played: tuning put right, steady sounds that never end, soft endings.

Sample sets come with a few wrong tunings and with notes of wind, bow and organ that stop after three seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from stemwright.instruments.sampler import Audio, Region, mono, read_sound

BLOCK = 0.05
TAIL = 0.1
"""Seconds before a recording's last loud block that are not looped: it may fade there already."""
SHORTEST = 0.2
LOOP_FROM = 1.0


def retuned(regions: Iterable[Region], cents: Mapping[str, float]) -> list[Region]:
    """The regions with the ``tune`` of some samples, by file name without suffix, in place of the file's."""
    return [replace(region, tune=cents.get(region.sample.stem, region.tune)) for region in regions]


def lasting(regions: Iterable[Region], blend: float) -> list[Region]:
    """The regions of an instrument that sounds for as long as it is held: every one has a loop, whose end
    runs over into its start within ``blend`` seconds.
    """
    return [_looped(region, blend) for region in regions]


def fading(regions: Iterable[Region], seconds: float) -> list[Region]:
    """The regions of an instrument whose recordings were cut before they had died away: they fade."""
    return [replace(region, fade=seconds) for region in regions]


def _looped(region: Region, blend: float) -> Region:
    sound, rate = read_sound(region.sample)
    loop = region.loop or steady(mono(sound), rate)
    if loop is None:
        return region
    begin, end = loop
    return replace(region, loop=loop, blend=min(round(blend * rate), begin, (end - begin) // 8))


def steady(sound: Audio, rate: int) -> tuple[int, int] | None:
    """The stretch of a mono sound, in samples, that can be looped: from its first second (or two fifths of
    it) to where it was last about as loud as in the middle; None where that is too short.
    """
    size = round(BLOCK * rate)
    begin = min(round(LOOP_FROM * rate), 2 * len(sound) // 5)
    blocks = sound[begin : begin + (len(sound) - begin) // size * size].reshape(-1, size)
    if not len(blocks):
        return None
    level = np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1))
    loud = np.flatnonzero(level >= np.median(level) / 2)
    end = begin + (int(loud[-1]) + 1) * size - round(TAIL * rate)
    return (begin, end) if end - begin >= SHORTEST * rate else None
