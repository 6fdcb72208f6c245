"""A transport that goes with a drummer: its beats fall where his do, at his tempo. Where bars and phrases
begin is never decided by what is heard.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.live.beats.tracker import BeatTracker, Pulse
from stemwright.live.clock.steer import steer
from stemwright.live.clock.transport import Transport
from stemwright.song.tempo import MAX_BPM, MIN_BPM

EVERY = 0.1
"""Seconds between two corrections."""


class BeatFollower:
    """``tracker`` hears the input at the graph's rate, from its sample 0 or wherever it was begun."""

    def __init__(self, transport: Transport, tracker: BeatTracker) -> None:
        self._transport, self._tracker = transport, tracker
        self._looked = 0
        self.follows = False
        """Whether a pulse is heard and followed."""

    def hear(self, sound: npt.NDArray[np.float32]) -> None:
        """The next frames of the input, float32 [frames] or [frames, channels]."""
        self._tracker.push(sound)

    def follow(self, now: int) -> None:
        """Go with the drummer from a sample on, the first that can be reached. Where he is not heard, or
        plays at no tempo that a transport takes, it goes on by itself."""
        if now - self._looked < EVERY * self._transport.rate:
            return
        self._looked = now
        pulse = self._tracker.pulse
        bpm = 0.0 if pulse is None else pulse.bpm * 4 / self._unit(now)
        self.follows = pulse is not None and not pulse.held and MIN_BPM <= bpm <= MAX_BPM
        if pulse is not None and self.follows:
            steer(self._transport, now, self._error(pulse, now), bpm)

    def _unit(self, now: int) -> int:
        """The note that a beat is: 4 for a quarter."""
        return self._transport.grid.bar(self._transport.position(now)).meter.d

    def _error(self, pulse: Pulse, now: int) -> float:
        """Quarter notes by which the nearest beat of the transport is behind; 0 while it stands."""
        if not self._transport.playing(now):
            return 0.0
        bar = self._transport.grid.bar(self._transport.position(now))
        beat = 4 / bar.meter.d
        left = (pulse.next_beat - now) * pulse.bpm / (60 * self._transport.rate)  # in beats
        off = -left - float(self._transport.position(now) - bar.start) / beat
        return ((off + 0.5) % 1.0 - 0.5) * beat
