"""Whose tempo a set goes by: its own, a MIDI clock's, that of a Link session, or a drummer's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.clock.link import LinkFollower, Session, join
from stemwright.live.clock.midi_in import Lock, MidiClockIn
from stemwright.live.clock.midi_out import CLOCK, CONTINUE, POSITION, START, STOP
from stemwright.live.clock.transport import Transport
from stemwright.live.desk.desk import Desk
from stemwright.models import registry

if TYPE_CHECKING:
    from stemwright.live.beats.following import BeatFollower

LEAD = 0.05
"""Seconds from the wish to follow a drummer to the first sample that is heard of him."""
EVERY = 0.1
"""Seconds between two looks at a Link session."""
_MESSAGES = frozenset((CLOCK, START, CONTINUE, STOP, POSITION))


class Clocking:
    """``is_offline``: on a virtual clock, which nobody else keeps."""

    def __init__(
        self, transport: Transport, say: Callable[[str], None], desk: Desk, is_offline: bool
    ) -> None:
        self.source = "internal"
        self.ahead = 0.0
        self._transport, self._say, self._desk, self._is_offline = transport, say, desk, is_offline
        self._midi: MidiClockIn | None = None
        self._port: int | None = None
        self._link: Session | None = None
        self._joining: SimpleQueue[Session | StemwrightError] | None = None
        self._looked = 0
        self._beats: BeatFollower | None = None

    def choose(self, source: str, now: int) -> None:
        """Go by another clock. UsageError where that cannot be."""
        if source == "link" and self._is_offline:
            raise UsageError("link: others keep no virtual clock; take internal or midi")
        if source == self.source:
            return
        drummer = self._drummer(now) if source == "beats" else None
        self.close(now)
        self.source, self._beats = source, drummer
        if source == "midi":
            self._midi = MidiClockIn(self._transport, self._say)
        elif source == "link":
            self._begin_joining(self._transport.tempo.bpm(now))

    def close(self, now: int) -> None:
        """Follow nobody."""
        if self._beats is not None:
            self._desk.listen(False, now)
        if self._link is not None:
            self._link.close()
        self.source, self._midi, self._port, self._link, self._joining = "internal", None, None, None, None
        self._beats = None

    def tempo(self, now: int, bpm: Fraction) -> None:
        """A performer asks for a tempo: in a Link session all get it. UsageError where a MIDI clock holds."""
        if self._midi is not None and self._midi.lock is not Lock.NONE:
            raise UsageError("a MIDI clock holds; first: transport.clock internal")
        if self._link is not None:
            self._link.set_bpm(float(bpm))
        self._transport.set_tempo(now, bpm)

    def start(self, now: int) -> int:
        """The sample at which to play: in a Link session, where its bar begins."""
        if self._link is None:
            return now
        return LinkFollower(self._transport, self._link).next_bar(now, self.ahead)

    def hear(self, port: int, sample: int, now: int, message: bytes) -> bool:
        """Whether a message was the clock's. While one port's clock is followed, others' are not heard."""
        if not message or message[0] not in _MESSAGES or self._midi is None:
            return False
        if self._port is None or self._midi.lock is Lock.NONE:
            self._port = port
        if port == self._port:
            value = message[1] | message[2] << 7 if message[0] == POSITION else 0
            self._midi.receive(message[0], sample, now, value)
        return True

    def tick(self, now: int) -> None:
        """Time has come to a sample."""
        if self._midi is not None:
            self._midi.tick(now)
        if self._beats is not None:
            self._beats.hear(self._desk.heard())
            self._beats.follow(now)
        if self._joining is not None:
            self._look_for_session()
        if self._link is not None and now - self._looked >= EVERY * self._transport.rate:
            self._looked = now
            LinkFollower(self._transport, self._link).follow(now, self.ahead)

    def _drummer(self, now: int) -> BeatFollower:
        """Who follows the first input. UsageError where there is none, or no network for it."""
        from stemwright.live.beats.following import BeatFollower
        from stemwright.live.beats.tempo_states import FASTEST_BPM, SLOWEST_BPM
        from stemwright.live.beats.tracker import BeatTracker

        start, rate = now + round(LEAD * self._transport.rate), self._transport.rate
        bpm = float(self._transport.tempo.bpm(now))
        around = bpm if SLOWEST_BPM <= bpm <= FASTEST_BPM else None
        tracker = BeatTracker.load(registry.find("beats"), rate, start, around)
        self._desk.heard()  # what is left of another time
        self._desk.listen(True, start)
        return BeatFollower(self._transport, tracker)

    def _begin_joining(self, bpm: Fraction) -> None:
        """In a thread of its own: it takes half a second, for which nothing else may wait."""
        found: SimpleQueue[Session | StemwrightError] = SimpleQueue()

        def joining() -> None:
            try:
                found.put(join(bpm))
            except StemwrightError as error:
                found.put(error)

        self._joining = found
        threading.Thread(target=joining, name="link", daemon=True).start()

    def _look_for_session(self) -> None:
        assert self._joining is not None
        try:
            found = self._joining.get_nowait()
        except Empty:
            return
        self._joining = None
        if isinstance(found, StemwrightError):
            self.source = "internal"
            self._say(str(found))
            return
        self._link = found
        self._say(f"Link: joined; {found.peers} others, {found.bpm:.1f} BPM")
