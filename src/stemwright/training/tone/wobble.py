"""The vibrato of a timbre's held notes, measured on single ones.

The pitch's deviation is that of the first partials, each brought to zero frequency and low-passed; a sine on
a slope is fitted to it at many rates. It counts where it is deep enough and explains most of the movement.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stemwright.codec.tone.vibrato import Vibrato
from stemwright.instruments.sampler import RATE
from stemwright.training.tone.partials import HOP, SIZE, Samples, baseband

TOP_HZ = 2500.0
HELD = 2.6
"""Seconds of the notes that are listened to, from ``BEGIN`` on."""
BEGIN = 0.35
RATES = np.arange(2.5, 8.5, 0.1)
LEAST_CENTS = 2.0
EXPLAINED = 0.5


def deviation(sound: Samples, hz: Samples) -> Samples:
    """Cents by which a note's pitch lies above its partials ``hz``, every 6.7 ms; louder partials weigh
    more."""
    total, weight = np.zeros(1), np.full(1, 1e-12)
    for frequency in hz[:4][hz[:4] < TOP_HZ]:
        slow = baseband(sound, float(frequency))
        moved = np.angle(slow[1:] * np.conj(slow[:-1])) * RATE / HOP / (2 * np.pi)
        level = np.abs(slow[1:]) * np.abs(slow[:-1])
        total = total + level * 1200 * np.log2(np.maximum(1 + moved / frequency, 0.5))
        weight = weight + level
    return np.asarray(total / weight)


def fitted(cents: Samples) -> tuple[float, float, float]:
    """Depth in cents, rate in Hz and phase at the onset in turns of the vibrato in a deviation; zeros where
    there is none.
    """
    time = (np.arange(len(cents)) * HOP + (SIZE + HOP) / 2) / RATE
    inside = time >= BEGIN
    time, cents = time[inside], cents[inside]
    slope = np.stack([np.ones_like(time), time - time.mean()], 1)
    rest = cents - slope @ np.linalg.lstsq(slope, cents, rcond=None)[0]
    best = (float("inf"), 0.0, 0.0, 0.0)
    for rate in RATES:
        angle = 2 * np.pi * rate * time
        waves = np.stack([np.sin(angle), np.cos(angle)], 1)
        (sine, cosine), *_ = np.linalg.lstsq(waves, rest, rcond=None)
        left = float(np.var(rest - waves @ np.array([sine, cosine])))
        best = min(best, (left, float(rate), float(sine), float(cosine)))
    left, rate, sine, cosine = best
    depth = float(np.hypot(sine, cosine))
    if depth < LEAST_CENTS or left > (1 - EXPLAINED) * float(np.var(rest)):
        return 0.0, 0.0, 0.0
    return round(depth, 2), round(rate, 2), round(float(np.arctan2(cosine, sine)) / (2 * np.pi) % 1.0, 3)


def vibrato_of(
    play: Callable[[int, float], Samples], hz: Callable[[int], Samples], pitches: range
) -> Vibrato | None:
    """The vibrato of a timbre whose notes ``play`` makes (pitch, seconds) and whose partials ``hz`` knows;
    None where a few notes have none.
    """

    def measured(pitch: int) -> tuple[float, float, float]:
        sound = play(pitch, HELD)
        if np.sqrt(np.mean(np.square(sound[-RATE // 2 :]))) < 1e-4:
            return 0.0, 0.0, 0.0
        return fitted(deviation(sound, hz(pitch)))

    probes = [measured(pitch) for pitch in pitches[len(pitches) // 6 :: len(pitches) // 5]]
    if sum(depth > 0 for depth, *_ in probes) < 2:
        return None
    depth, rate, turn = zip(*(measured(pitch) for pitch in pitches), strict=True)
    return Vibrato(tuple(float(p) for p in pitches), depth, rate, turn)
