"""Vibrato of held notes, as a timbre's recordings have it: one sine of its own depth, rate and phase a pitch.

A note's pitch deviates by depth sin(2 pi (rate t + turn)) cents, t seconds after its onset, fading in over
its first quarter of a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.layout import HOP, RATE, Floats

FADE_IN = 0.25
"""Seconds."""
CENT = np.log(2.0) / 1200.0
"""The factor of a cent, minus 1, for deviations as small as these."""


@dataclass(frozen=True, slots=True)
class Vibrato:
    """At some rising pitches: depth in cents (0: none), rate in Hz, phase at the onset in turns."""

    pitch: tuple[float, ...]
    depth: tuple[float, ...]
    rate: tuple[float, ...]
    turn: tuple[float, ...]

    def bends(self, pitch: int, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """The factor of the frequencies minus 1, so many seconds after the onset; None where the pitch, or
        the nearest one known, has none.
        """
        at = int(np.argmin(np.abs(np.asarray(self.pitch) - pitch)))
        if self.depth[at] == 0:
            return None
        fade = np.clip(seconds / FADE_IN, 0.0, 1.0)
        swing = np.sin(2 * np.pi * (self.rate[at] * seconds + self.turn[at]))
        return np.asarray(CENT * self.depth[at] * fade * swing, np.float64)


def travelled(
    vibrato: Vibrato, pitch: int, start: float, first: int, count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """At the centres of ``count`` frames from a note's ``first`` one on: samples at 24 kHz since its onset
    ``start``, as long as a steady note would take to come to the same phase, and the bend; float64 [count].
    """
    centre = (np.arange(first, first + count) + 0.5) * HOP
    bends = vibrato.bends(pitch, np.maximum(centre - start, 0.0) / RATE)
    since = np.asarray(centre - start, np.float64)
    if bends is None or count == 0:
        return since, np.zeros(count, np.float64)
    ahead = np.concatenate([[0.0], np.cumsum((bends[1:] + bends[:-1]) / 2)]) * HOP
    return np.asarray(since + since[0] * bends[0] + ahead, np.float64), bends


def bent(
    vibrato: Vibrato, pitch: int, start: float, first: int, row: int, count: int
) -> tuple[float, Floats]:
    """Onset, in samples at 24 kHz, and bends [count] of a note that begins at sample ``start`` and whose
    first frame is ``first``, for oscillators that are given the frames from ``row`` on.

    They take the bend before their first frame for constant; so the onset is moved to where it would be then.
    """
    before = row - first
    since, bends = travelled(vibrato, pitch, start, first, before + count)
    if before > 0:
        start = float((row + 0.5) * HOP - since[before] / (1 + bends[before]))
    return start, bends[before:].astype(np.float32)
