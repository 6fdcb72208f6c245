"""Scores and global state -> a MIDI file of type 1 at 96 PPQ."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from stemwright.errors import UsageError
from stemwright.song.layers import DEFAULT_PROGRAMS, is_drums, ordered
from stemwright.song.midi_read import DRUM_CHANNEL, OUR_TEXT, signature_of, tempo_of
from stemwright.song.score import PPQ, Score
from stemwright.song.state import GlobalState, bpm_text

_MELODIC = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
_Event = tuple[int, int, bytes]
"""(tick, rank among events of one tick, bytes)"""


def write_midi(
    state: GlobalState,
    scores: Mapping[str, Score],
    programs: Mapping[str, int] | None = None,
    title: str = "",
) -> bytes:
    """A type-1 file: a track with tempo, meter, key and section markers, then a named track a layer.

    Drums go to channel 10, each other layer to a channel of its own. Where a pitch sounds twice at once, the
    earlier note ends as the later begins (`Score.without_overlaps`), as MIDI cannot say otherwise.
    UsageError for more than 15 pitched layers.
    """
    names = ordered(list(scores))
    if sum(not is_drums(name) for name in names) > len(_MELODIC):
        raise UsageError(f"MIDI: {len(names)} layers; a file holds 15 besides drums; export fewer")
    free = iter(_MELODIC)
    chunks = [_chunk(_conductor(state, title), state.total_ticks)]
    for name in names:
        drums = is_drums(name)
        program = (programs or {}).get(name, DEFAULT_PROGRAMS.get(name, 0))
        chunks.append(
            _chunk(
                _layer(name, scores[name], DRUM_CHANNEL if drums else next(free), program), state.total_ticks
            )
        )
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), PPQ) + b"".join(chunks)


def _conductor(state: GlobalState, title: str) -> list[_Event]:
    meter = state.meter
    fifths, minor = signature_of(state.key)
    events: list[_Event] = [
        (0, 0, _meta(0x03, title.encode("utf-8"))),
        (0, 1, _meta(0x58, bytes((meter.n, meter.d.bit_length() - 1, 96 // meter.d, 8)))),
        (0, 2, _meta(0x59, struct.pack(">bB", fifths, minor))),
        (0, 3, _meta(0x51, tempo_of(state.bpm).to_bytes(3, "big"))),
        (0, 4, _meta(0x01, f"{OUR_TEXT}bpm={bpm_text(state.bpm)}".encode())),
        (0, 5, _meta(0x01, f"{OUR_TEXT}key={state.key}".encode())),
    ]
    bar = 0
    for section in state.sections:
        events.append((bar * meter.ticks_per_bar, 6, _meta(0x06, section.name.encode("utf-8"))))
        bar += section.bars
    return events


def _layer(name: str, score: Score, channel: int, program: int) -> list[_Event]:
    if not 0 <= program <= 127:
        raise UsageError(f"MIDI program of {name}: {program} is outside 0..127")
    events: list[_Event] = [
        (0, 0, _meta(0x03, name.encode("utf-8"))),
        (0, 1, bytes((0xC0 | channel, program))),
    ]
    for note in score.without_overlaps().notes:
        events.append((note.onset, 3, bytes((0x90 | channel, note.pitch, note.velocity))))
        events.append((note.end, 2, bytes((0x80 | channel, note.pitch, 64))))
    return events


def _chunk(events: list[_Event], end: int) -> bytes:
    """A track chunk that ends at tick `end`, or after its last event."""
    out = bytearray()
    now = 0
    for tick, _, data in sorted(events):
        out += _length(tick - now) + data
        now = tick
    out += _length(max(0, end - now)) + _meta(0x2F, b"")
    return struct.pack(">4sI", b"MTrk", len(out)) + bytes(out)


def _meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + _length(len(data)) + data


def _length(value: int) -> bytes:
    """A variable-length number; UsageError beyond what MIDI can say."""
    if value >= 1 << 28:
        raise UsageError(f"MIDI: a pause of {value} ticks is too long for a file")
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
