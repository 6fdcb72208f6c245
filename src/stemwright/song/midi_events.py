"""The bytes of a track of a MIDI file, taken apart into events; what is wrong is mended as players do it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stemwright.errors import UsageError
from stemwright.song.midi_faults import Fault, Faults

MAX_EVENTS = 500_000
MAX_TICKS = 2**31 - 1
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
"""Data bytes of the system messages that have any; they are sent on wires and have no place in files."""
META, SYSEX, ESCAPE = 0xFF, 0xF0, 0xF7
_END = b"\x2f"


@dataclass(slots=True)
class RawTrack:
    """Events (tick, status, data): channel messages by status byte, meta events as 0xFF, type byte + text."""

    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    end: int = 0


class Damaged(Exception):
    """What comes at this place cannot be read; the message says why."""


class TrackParser:
    """Reads one track's bytes front to back, from `at` on; afterwards `at` is where it stopped.

    `claimed`: where its chunk ends, as that says. Some writers say too little: up to `stop` the track goes
    on, where its end-of-track event lies there. `ended`: whether that event came. `broken`: why the rest
    cannot be read, or "".
    """

    def __init__(self, data: bytes, at: int, claimed: int, stop: int, number: int, faults: Faults) -> None:
        self.data = data
        self.at, self.claimed, self.stop = at, claimed, stop
        self.number = number
        self.faults = faults
        self.ended = False
        self.broken = ""
        self._start = at
        self._running = 0
        self._interrupted = False

    def parse(self, max_events: int) -> RawTrack:
        """The events up to the end of the track or to where it breaks off. UsageError beyond a limit."""
        track = RawTrack()
        inside, whole = 0, False  # events that lie in the chunk; whether it ends with one
        try:
            while self.at < self.stop:
                if self.at <= self.claimed:
                    inside, whole = len(track.events), self.at == self.claimed
                tick = track.end + self._length()
                if tick > MAX_TICKS:
                    raise UsageError(f"{self._name}: is too long ({tick} ticks)")
                status, data = self._event()
                track.end = tick
                if status == META and data[:1] == _END:
                    self.ended = True
                    return track
                track.events.append((tick, status, data))
                if len(track.events) > max_events:
                    raise UsageError(f"{self._name}: the file has over {MAX_EVENTS} events; split it")
        except IndexError:
            self.broken = "breaks off inside an event"
        except Damaged as damage:
            self.broken = f"is damaged at byte {self.at - self._start} ({damage})"
        if self.at > self.claimed:
            # without an end-of-track event, what lies behind the chunk is none of the track's
            del track.events[inside:]
            track.end = track.events[-1][0] if track.events else 0
            self.broken = "" if whole else "breaks off inside an event"
        return track

    @property
    def _name(self) -> str:
        return f"{self.faults.name}: track {self.number}"

    def _event(self) -> tuple[int, bytes]:
        status = self._peek()
        while 0xF0 < status < META and status != ESCAPE:
            self._fault(Fault.SYSTEM, f"unknown event {status:#x}")
            self._take(1 + _SYSTEM_BYTES.get(status, 0))
            status = self._peek()
        if status in (META, SYSEX, ESCAPE):
            self.at += 1
            self._interrupted = True
            kind = self._take(1) if status == META else b""
            return status, kind + self._take(self._length())
        if status & 0x80:
            self.at += 1
            self._running, self._interrupted = status, False
        elif not self._running:
            raise Damaged("data without an event")
        elif self._interrupted:
            self._interrupted = False
            self._fault(Fault.RUNNING, "data without an event")
        return self._running, self._message()

    def _message(self) -> bytes:
        data = self._take(_DATA_BYTES[self._running >> 4])
        if max(data) > 127:
            self._fault(Fault.HIGH, "data over 127")
            data = bytes(min(byte, 127) for byte in data)
        return data

    def _fault(self, fault: Fault, what: str) -> None:
        self.faults.add(fault, self.number, f"is damaged at byte {self.at - self._start} ({what})")

    def _peek(self) -> int:
        if self.at >= self.stop:
            raise IndexError
        return self.data[self.at]

    def _take(self, size: int) -> bytes:
        if self.at + size > self.stop:
            raise IndexError
        self.at += size
        return self.data[self.at - size : self.at]

    def _length(self) -> int:
        value = 0
        for _ in range(4):
            byte = self._peek()
            self.at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value
        raise Damaged("a number of over 4 bytes")
