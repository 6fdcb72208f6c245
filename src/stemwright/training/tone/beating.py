"""How the held notes of a timbre beat: measured on single ones, partial by partial.

Each partial is brought to zero frequency and low-passed; what its level, in decibels, strays from a cubic
says how many voices there are, and how often it crosses that cubic how far they lie apart.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from stemwright.codec.tone.ensemble import Ensemble
from stemwright.instruments.sampler import RATE
from stemwright.training.tone.partials import HOP, Samples, baseband

HELD = 3.2
FIRST, LAST = 0.5, 3.0
"""Seconds of a note that are listened to."""
PARTIALS = 10
TOP_HZ = 7000.0
BELOW_DB = 35.0
"""Partials so far below the loudest are left out."""
LEAST_DB = 3.0
SUSTAINED_DB = 8.0
"""What falls by more between the ends is no held note."""
TWO_DB = 6.2
"""Two equal voices stray by 7.6 dB, many by 5.6."""
CROSSINGS = {2: 2.0, 4: 1.48}
"""Crossings a second for each Hz of spread: of two voices the beats, of many as of Rayleigh fading
(Rice, Mathematical analysis of random noise, 1945)."""
LEAST_PARTIALS = 12


def ensemble_of(
    play: Callable[[int, float], Samples], hz: Callable[[int], Samples], pitches: range
) -> Ensemble | None:
    """The ensemble that a timbre's notes are, which ``play`` makes (pitch, seconds) and whose partials ``hz``
    knows; None where they do not beat.
    """
    rows = [row for pitch in pitches for row in _beats(play(pitch, HELD), hz(pitch))]
    if len(rows) < LEAST_PARTIALS:
        return None
    strays, cents, falls = np.median(rows, axis=0)
    if strays < LEAST_DB or falls > SUSTAINED_DB:
        return None
    voices = 2 if strays > TWO_DB else 4
    return Ensemble(voices, _share(voices, float(strays)), round(float(cents) / CROSSINGS[voices], 2))


def _beats(sound: Samples, hz: Samples) -> list[tuple[float, float, float]]:
    """Of each partial that can be heard: decibels that it strays, cents of its crossings, decibels that it
    falls."""
    found = []
    first, last = round(FIRST * RATE / HOP), round(LAST * RATE / HOP)
    loudest = -60.0
    for frequency in hz[:PARTIALS][hz[:PARTIALS] < TOP_HZ]:
        level = 20 * np.log10(np.abs(baseband(sound, float(frequency))) + 1e-9)[first:last]
        loudest = max(loudest, float(level.mean()))
        if level.mean() < loudest - BELOW_DB or level.min() < -60.0:
            continue
        time = np.linspace(-1, 1, len(level))
        slope = np.polyval(np.polyfit(time, level, 3), time)
        rest = level - slope
        crossed = sum(a * b < 0 for a, b in pairwise(rest)) / 2 / (len(rest) * HOP / RATE)
        found.append((float(rest.std()), crossed / frequency * 1200 / np.log(2), float(slope[0] - slope[-1])))
    return found


def _share(voices: int, strays: float) -> float:
    """The share of the other voices with which a sum strays so far, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        if float((20 * np.log10(_levels(voices, middle))).std()) < strays:
            low = middle
        else:
            high = middle
    return round(high, 3)


def _levels(voices: int, share: float, count: int = 4096) -> Samples:
    """Amplitudes [count] that a sum of voices has at evenly spread phases."""
    steps = np.sqrt((2.0, 3.0, 5.0, 7.0))[:voices]
    weights = np.array([1.0, *[share] * (voices - 1)])
    turns = np.arange(1, count + 1)[:, None] * steps
    return np.asarray(np.abs(np.exp(2j * np.pi * turns) @ weights) + 1e-3)
