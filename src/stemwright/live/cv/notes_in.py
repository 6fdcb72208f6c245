"""Notes from a pitch and a gate that come in, as MIDI messages, so that a modular can play a companion."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from stemwright.live.cv.calibration import EXACT, Calibration
from stemwright.live.cv.gates import GateIn
from stemwright.live.cv.scale import pitch_of

Floats = npt.NDArray[np.floating]

SETTLE = 0.002
"""Seconds after a gate at which the pitch is read: sequencers change both at once, and pitch is slower."""
_SPAN = 0.001
"""Seconds before that over which it is averaged."""


class CvNotes:
    """Two input channels, block by block. Its notes come `SETTLE` after their gates, and have one velocity.

    A gate that ends before its pitch was read makes no note.
    """

    def __init__(
        self,
        port: int,
        rate: int,
        pitch: Calibration | None = None,
        gate: Calibration | None = None,
        velocity: int = 100,
    ) -> None:
        self._port, self._velocity = port, velocity
        self._pitch, self._gate = pitch or EXACT, GateIn(gate)
        self._settle, self._span = round(SETTLE * rate), max(1, round(_SPAN * rate))
        self._tail: Floats = np.zeros(0)
        self._due: int | None = None
        self._sounds: int | None = None

    def read(self, pitch: Floats, gate: Floats, start: int) -> list[tuple[int, int, bytes]]:
        """The (sample, port, bytes) of a block; both arrays [frames], `start` its first sample."""
        levels = np.concatenate([self._tail, np.asarray(pitch, float)])
        first, stop = start - len(self._tail), start + len(pitch)
        out: list[tuple[int, int, bytes]] = []
        for at, on in [*self._gate.read(gate, start), (stop, None)]:
            if self._due is not None and self._due < at:
                self._begin(
                    self._due, levels[max(0, self._due - self._span - first) : self._due - first], out
                )
            if on is not None:
                self._end(at, out)
                self._due = at + self._settle if on else None
        self._tail = levels[-self._span :]
        return out

    def _begin(self, at: int, levels: Floats, out: list[tuple[int, int, bytes]]) -> None:
        self._due = None
        good = levels[np.isfinite(levels)]
        if len(good):
            found = math.floor(pitch_of(float(self._pitch.volts(good).mean())) + 0.5)
            self._sounds = min(max(found, 0), 127)
            out.append((at, self._port, bytes((0x90, self._sounds, self._velocity))))

    def _end(self, at: int, out: list[tuple[int, int, bytes]]) -> None:
        if self._sounds is not None:
            out.append((at, self._port, bytes((0x80, self._sounds, 0))))
            self._sounds = None
