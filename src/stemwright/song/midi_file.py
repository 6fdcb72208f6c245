"""The chunks of a standard MIDI file, also of one wrapped in RIFF, with limits and clear errors."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.midi_events import MAX_EVENTS, RawTrack, TrackParser
from stemwright.song.midi_faults import Fault, Faults

_MAX_TRACKS = 0xFFFF
_TRACK = b"MTrk"


@dataclass(slots=True)
class RawFile:
    """`kind` 0 or 1, `division` ticks per quarter note."""

    kind: int
    division: int
    tracks: list[RawTrack]


def parse_file(data: bytes, name: str, faults: Faults | None = None) -> RawFile:
    """The events of a MIDI file. What is wrong with it and can be mended is noted in `faults`.

    UsageError (naming `name`) for a type over 1, SMPTE, limits, and for any fault where `faults` is strict.
    """
    faults = faults if faults is not None else Faults(name)
    data = _unwrapped(data, faults)
    kind, count, division, at = _parse_head(data, name)
    tracks: list[RawTrack] = []
    left = MAX_EVENTS
    while at + 8 <= len(data) and (len(tracks) < count or data.startswith(_TRACK, at)):
        if not data.startswith(_TRACK, at):
            at = _after_unknown(data, at)
            continue
        if len(tracks) == _MAX_TRACKS:
            raise UsageError(f"{name}: has over {_MAX_TRACKS} tracks; split it")
        track, at = _parse_track(data, at, len(tracks) + 1, left, faults)
        left -= len(track.events)
        tracks.append(track)
    if not tracks:
        raise UsageError(f"{name}: is truncated; it has none of its {count} tracks; export it again")
    if len(tracks) != count:
        faults.add(Fault.TRACKS, 0, f"is truncated; it has {len(tracks)} of {count} tracks")
    return RawFile(kind, division, tracks)


def _parse_track(data: bytes, at: int, number: int, left: int, faults: Faults) -> tuple[RawTrack, int]:
    """The track whose chunk begins at `at`, and where the next chunk begins."""
    start = at + 8
    claimed = start + int.from_bytes(data[at + 4 : start], "big")
    stop = claimed
    if claimed >= len(data):
        stop = len(data)
    elif not data.startswith(_TRACK, claimed):
        found = data.find(_TRACK, claimed)
        stop = found if found >= 0 else len(data)
    parser = TrackParser(data, start, claimed, stop, number, faults)
    track = parser.parse(left)
    cut = claimed > len(data)
    if not parser.ended:
        if parser.broken or cut:
            faults.add(Fault.BROKEN, number, "is truncated" if cut else parser.broken)
        return track, stop
    if cut or parser.at > claimed or (parser.at < claimed and data.startswith(_TRACK, parser.at)):
        faults.add(Fault.LENGTH, number, "is truncated" if cut else "has a wrong length")
        return track, parser.at
    return track, claimed


def _after_unknown(data: bytes, at: int) -> int:
    """Where the chunk after one of no known kind begins: where that one says, or at the next track."""
    end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    if end <= len(data):
        return end
    found = data.find(_TRACK, at)
    return found if found >= 0 else len(data)


def _unwrapped(data: bytes, faults: Faults) -> bytes:
    """The MIDI file in a RIFF file of form RMID, or `data` as it is."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    at = 12
    while at + 8 <= len(data):
        tag, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if tag == b"data":
            faults.add(Fault.RIFF, 0, "is wrapped in RIFF")
            return data[at:]
        at += size + (size & 1)
    return data


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
