"""A set that follows who plays at its inputs: their sound through the beat tracker to the transport."""

from __future__ import annotations

from collections.abc import Callable

from stemwright.errors import UsageError
from stemwright.live.beats.tempo_states import FASTEST_BPM, SLOWEST_BPM
from stemwright.live.beats.tracker import BeatTracker
from stemwright.live.clock.drummer import SURE, BeatFollower, beat_of
from stemwright.live.clock.transport import Transport
from stemwright.live.desk.desk import Desk
from stemwright.models import registry
from stemwright.native import live_commands as lc

_PIECE = 1 << 15


class Drummer:
    """``start``: the sample from which on it listens. UsageError where the desk has no inputs, or no bundle
    tracks beats."""

    def __init__(self, desk: Desk, transport: Transport, say: Callable[[str], None], start: int) -> None:
        if desk.ear is None:
            raise UsageError("beats: nobody is heard; begin with --inputs 1, the drummer's channel")
        self._desk, self._ear, self._transport, self._say = desk, desk.ear, transport, say
        position = transport.position(start)
        beat = float(beat_of(transport.grid.bar(position).meter))
        around = float(transport.tempo.bpm(start)) / beat
        known = around if SLOWEST_BPM <= around <= FASTEST_BPM else None
        self._tracker = BeatTracker.load(registry.find("beats"), transport.rate, start, known)
        self._follower = BeatFollower(transport)
        self._heard = False
        desk.post([lc.record(self._ear, True, at=start)])

    def close(self) -> None:
        """Listen no more."""
        self._desk.post([lc.record(self._ear, False)])
        self._desk.graph.read(self._ear, 1 << 30)

    def tick(self, now: int) -> None:
        """Hear what came, and go with it."""
        while len(sound := self._desk.graph.read(self._ear, _PIECE)):
            self._tracker.push(sound)
        pulse = self._tracker.pulse
        heard = pulse is not None and not pulse.held and pulse.confidence >= SURE
        if heard != self._heard:
            self._heard = heard
            bpm = f"at {pulse.bpm:.0f} beats a minute" if pulse is not None else ""
            self._say(f"beats: followed {bpm}" if heard else "beats: none is heard; the tempo stands")
        self._follower.follow(pulse, now)
