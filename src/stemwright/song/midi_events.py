"""The bytes of a standard MIDI file, taken apart into events, with limits and clear errors."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from stemwright.errors import UsageError

MAX_EVENTS = 500_000
MAX_TICKS = 2**31 - 1
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
META = 0xFF


@dataclass(slots=True)
class RawTrack:
    """Events (tick, status, data): channel messages by status byte, meta events as 0xFF, type byte + text."""

    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    end: int = 0


@dataclass(slots=True)
class RawFile:
    """`kind` 0 or 1, `division` ticks per quarter note."""

    kind: int
    division: int
    tracks: list[RawTrack]


def parse_file(data: bytes, name: str) -> RawFile:
    """The events of a MIDI file. UsageError (naming `name`) for a type over 1, SMPTE, damage, limits."""
    kind, count, division, at = _parse_head(data, name)
    tracks: list[RawTrack] = []
    left = MAX_EVENTS
    while len(tracks) < count:
        if at + 8 > len(data):
            raise UsageError(f"{name}: is truncated; it has {len(tracks)} of {count} tracks; export it again")
        tag, size = struct.unpack_from(">4sI", data, at)
        at += 8
        if at + size > len(data):
            raise UsageError(f"{name}: is truncated in track {len(tracks) + 1} of {count}; export it again")
        if tag == b"MTrk":
            track = _TrackParser(data[at : at + size], f"{name}: track {len(tracks) + 1}").parse(left)
            left -= len(track.events)
            tracks.append(track)
        at += size
    return RawFile(kind, division, tracks)


def _parse_head(data: bytes, name: str) -> tuple[int, int, int, int]:
    if data[:4] != b"MThd":
        raise UsageError(f"{name}: is not a MIDI file (should begin with MThd)")
    if len(data) < 14:
        raise UsageError(f"{name}: is truncated in its header; export it again")
    size, kind, count, division = struct.unpack_from(">IHHH", data, 4)
    if size < 6:
        raise UsageError(f"{name}: has a damaged header; export it again")
    if kind not in (0, 1):
        raise UsageError(f"{name}: is a MIDI file of type {kind}; export it as type 0 or 1")
    if division & 0x8000:
        raise UsageError(f"{name}: is timed in SMPTE frames; export it with ticks per quarter note")
    if division == 0 or count == 0:
        raise UsageError(
            f"{name}: has a damaged header (no ticks per quarter note or no tracks); export it again"
        )
    return kind, count, division, 8 + size


class _TrackParser:
    """Reads one track's bytes front to back."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.at = 0

    def parse(self, max_events: int) -> RawTrack:
        track = RawTrack()
        tick = status = 0
        try:
            while self.at < len(self.data):
                tick += self._length()
                if tick > MAX_TICKS:
                    raise UsageError(f"{self.name}: is too long ({tick} ticks)")
                status, data = self._event(status)
                if status == META and data[:1] == b"\x2f":
                    break
                track.events.append((tick, status, data))
                if len(track.events) > max_events:
                    raise UsageError(f"{self.name}: the file has over {MAX_EVENTS} events; split it")
        except IndexError:
            raise UsageError(f"{self.name}: breaks off inside an event; export it again") from None
        track.end = tick
        return track

    def _event(self, running: int) -> tuple[int, bytes]:
        status = self.data[self.at]
        if status & 0x80:
            self.at += 1
        elif 0x80 <= running < 0xF0:
            status = running
        else:
            raise UsageError(
                f"{self.name}: is damaged at byte {self.at} (data without an event); export it again"
            )
        if status < 0xF0:
            data = self._take(_DATA_BYTES[status >> 4])
            if any(byte & 0x80 for byte in data):
                raise UsageError(
                    f"{self.name}: is damaged at byte {self.at} (data over 127); export it again"
                )
            return status, data
        if status == META:
            kind = self._take(1)
            return META, kind + self._take(self._length())
        if status in (0xF0, 0xF7):
            return status, self._take(self._length())
        raise UsageError(
            f"{self.name}: is damaged at byte {self.at} (unknown event {status:#x}); export it again"
        )

    def _take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise IndexError
        self.at += size
        return self.data[self.at - size : self.at]

    def _length(self) -> int:
        value = 0
        for _ in range(4):
            byte = self.data[self.at]
            self.at += 1
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value
        raise UsageError(
            f"{self.name}: is damaged at byte {self.at} (a number of over 4 bytes); export it again"
        )
