"""MIDI files made by hand, good and bad."""

from __future__ import annotations

import struct


def length(value: int) -> bytes:
    """A variable-length number."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def chunk(events: list[tuple[int, bytes]]) -> bytes:
    """A track of (ticks since the event before, bytes)."""
    body = b"".join(length(delta) + data for delta, data in events) + b"\x00\xff\x2f\x00"
    return struct.pack(">4sI", b"MTrk", len(body)) + body


def file(*tracks: bytes, kind: int = 1, division: int = 96) -> bytes:
    """A whole file."""
    return struct.pack(">4sIHHH", b"MThd", 6, kind, len(tracks), division) + b"".join(tracks)


def tempo(micros: int) -> bytes:
    """A tempo event."""
    return b"\xff\x51\x03" + micros.to_bytes(3, "big")


def name(text: str) -> bytes:
    """A track's name."""
    return b"\xff\x03" + length(len(text)) + text.encode()


def notes(pitches: list[int], channel: int = 0, ticks: int = 48) -> list[tuple[int, bytes]]:
    """Notes one after the other, `ticks` each."""
    events = []
    for pitch in pitches:
        events.append((0, bytes((0x90 | channel, pitch, 90))))
        events.append((ticks, bytes((0x80 | channel, pitch, 0))))
    return events


def band(bars: int = 3) -> bytes:
    """A conductor track at 120 BPM, drums, bass, piano and a melody: eighths in 4/4."""
    eighths = bars * 8
    return file(
        chunk([(0, tempo(500_000))]),
        chunk(notes([36, 42, 38, 42] * (eighths // 4), channel=9)),
        chunk([(0, name("Fingered Bass")), *notes([40, 43] * (eighths // 2), channel=1)]),
        chunk([(0, name("Piano")), *notes([60, 64, 67, 64] * (eighths // 4), channel=2)]),
        chunk([(0, name("Melody")), *notes([76, 79, 81, 79] * (eighths // 4), channel=3)]),
    )
