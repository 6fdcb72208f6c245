"""A transport that goes with beats that are heard: a drummer's tempo and phase, never their phrases."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from stemwright.live.clock.steer import steer
from stemwright.live.clock.transport import Transport
from stemwright.song.meter import Meter
from stemwright.song.tempo import MAX_BPM, MIN_BPM

EVERY = 0.1
"""Seconds between two corrections."""
SURE = 0.2
"""The confidence of beats from which on they are followed."""


class Pulse(Protocol):
    """Where the music is, as ``beats.tracker.Pulse`` says it."""

    @property
    def sample(self) -> int: ...
    @property
    def bpm(self) -> float: ...
    @property
    def next_beat(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def held(self) -> bool: ...


def beat_of(meter: Meter) -> Fraction:
    """Quarter notes of what one taps: the meter's beat, three of them where they go in threes."""
    one = Fraction(4, meter.d)
    return 3 * one if meter.d >= 8 and meter.n % 3 == 0 and meter.n > 3 else one


class BeatFollower:
    """Bends the transport's tempo towards the beats."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._next = 0

    def follow(self, pulse: Pulse | None, earliest: int) -> bool:
        """Go with a pulse from a sample on. False, and nothing done, where it is not to be trusted, is no
        tempo to play at, or was followed just now."""
        if pulse is None or pulse.held or pulse.confidence < SURE or earliest < self._next:
            return False
        transport = self._transport
        beat = beat_of(transport.grid.bar(transport.position(earliest)).meter)
        bpm = pulse.bpm * float(beat)
        if not MIN_BPM <= bpm <= MAX_BPM:
            return False
        self._next = earliest + round(EVERY * transport.rate)
        error = 0.0
        if transport.playing(earliest):
            ahead = (earliest - pulse.next_beat) * pulse.bpm / (60 * transport.rate)  # in beats
            start = transport.grid.bar(transport.position(earliest)).start
            off = ahead - float((transport.position(earliest) - start) / beat)
            error = ((off + 0.5) % 1 - 0.5) * float(beat)
        steer(transport, earliest, error, bpm)
        return True
