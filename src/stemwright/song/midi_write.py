"""Scores and global state -> a MIDI file of type 1 at 96 PPQ that opens right in a sequencer.

Tracks: the first with title, tempo, meter, key and section markers; "chords", where they are decided; then a
named track a layer with its General MIDI program, drums on channel 10; lyrics in the track of their melody,
or in one of their own. Every track ends where the song does.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from itertools import count
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.song.layers import KINDS, kind_of, ordered
from stemwright.song.midi_chords import CHORD_TRACK, chord_events
from stemwright.song.midi_kits import DRUM_CHANNEL
from stemwright.song.midi_lyrics import KARAOKE_HEAD, karaoke_events, lyric_events
from stemwright.song.midi_meta import (
    KEY,
    MARKER,
    METER,
    OUR_TEXT,
    PORT,
    TEMPO,
    TEXT,
    TITLE,
    signature_of,
    tempo_of,
)
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState, bpm_text

if TYPE_CHECKING:
    from stemwright.song.lyric import Lyrics

LYRICS_TRACK = "lyrics"
MAX_LANES = 16
"""Tracks that a layer is spread over at most, where notes of one pitch sound at once."""
_MELODIC = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)
_END, _FIRST, _WORDS, _NOTE_OFF, _NOTE_ON = 0x2F, 0, 89, 90, 91
_Event = tuple[int, int, bytes]
"""(tick, rank among events of one tick, bytes)"""


def write_midi(
    state: GlobalState,
    scores: Mapping[str, Score],
    programs: Mapping[str, int] | None = None,
    title: str = "",
    keep: Collection[str] = (),
    roles: Mapping[str, str] | None = None,
    lyrics: Lyrics | None = None,
    karaoke: bool = False,
) -> bytes:
    """The file. Drums go to channel 10, each other layer to a channel of its own, beyond 15 on the next port.
    `roles`: of layers whose names do not say their kind. `lyrics`: as they fit the song; with `karaoke`, as
    karaoke players want them, in a track of their own.

    Where a pitch sounds twice at once, as no channel can say, the earlier note ends as the later begins
    (`Score.without_overlaps`); of the layers in `keep` no note changes: the later one goes to a further
    track ("harmony 2"). UsageError for a program outside 0..127.
    """
    head = _conductor(state, title)
    sung = None
    if lyrics is not None and karaoke:
        head += [(0, rank, _meta(TEXT, text)) for rank, text in enumerate(KARAOKE_HEAD, 4)]
    elif lyrics is not None and lyrics.layer in scores:
        sung = lyrics.layer
    chunks = [_chunk(head, state.total_ticks)]
    if lyrics is not None and sung is None:
        chunks.append(_chunk(_lyrics_track(lyrics, state, title, karaoke), state.total_ticks))
    if state.chords:
        chunks.append(_chunk(_chords(state), state.total_ticks))
    melodic, drums = count(), count()
    for name in ordered(list(scores)):
        kind = kind_of((roles or {}).get(name, name))
        program = (programs or {}).get(name, KINDS[kind].program)
        lanes = _lanes(scores[name]) if name in keep else [scores[name].without_overlaps()]
        for number, lane in enumerate(lanes, 1):
            port, channel = _place(next(drums if kind == "drums" else melodic), kind == "drums")
            events = _layer(name if number == 1 else f"{name} {number}", lane, port, channel, program)
            if lyrics is not None and name == sung and number == 1:
                events += _words(lyrics, state)
            chunks.append(_chunk(events, state.total_ticks))
    return struct.pack(">4sIHHH", b"MThd", 6, 1, len(chunks), PPQ) + b"".join(chunks)


def _place(index: int, drums: bool) -> tuple[int, int]:
    """Port and channel of a track, of which `index` of its kind came before."""
    if drums:
        return index, DRUM_CHANNEL
    port, place = divmod(index, len(_MELODIC))
    return port, _MELODIC[place]


def _conductor(state: GlobalState, title: str) -> list[_Event]:
    fifths, minor = signature_of(state.key)
    events: list[_Event] = [
        (0, 0, _meta(TITLE, title.encode("utf-8"))),
        (0, 2, _meta(KEY, struct.pack(">bB", fifths, minor))),
        (0, 5, _meta(TEXT, f"{OUR_TEXT}key={state.key}".encode())),
    ]
    if state.style:
        events.append((0, 5, _meta(TEXT, f"{OUR_TEXT}style={state.style}".encode())))
    for bar, meter in ((0, state.meter), *state.meters):
        data = bytes((meter.n, meter.d.bit_length() - 1, 96 // meter.d, 8))
        events.append((state.bar_tick(bar), 1, _meta(METER, data)))
    for bar, bpm in ((0, state.bpm), *state.tempos):
        events.append((state.bar_tick(bar), 3, _meta(TEMPO, tempo_of(bpm).to_bytes(3, "big"))))
        events.append((state.bar_tick(bar), 4, _meta(TEXT, f"{OUR_TEXT}bpm={bpm_text(bpm)}".encode())))
    bar = 0
    for section in state.sections:
        events.append((state.bar_tick(bar), 6, _meta(MARKER, section.name.encode("utf-8"))))
        bar += section.bars
    return events


def _chords(state: GlobalState) -> list[_Event]:
    """Both writings of every chord, where it begins."""
    events: list[_Event] = [(0, _FIRST, _meta(TITLE, CHORD_TRACK.encode()))]
    for beat, chord in enumerate(state.chords):
        if beat and chord == state.chords[beat - 1]:
            continue
        for rank, data in enumerate(chord_events(chord), 1):
            events.append((state.lines.beat_tick(beat), rank, _meta(data[0], data[1:])))
    return events


def _lyrics_track(lyrics: Lyrics, state: GlobalState, title: str, karaoke: bool) -> list[_Event]:
    """A track of words alone, their order kept where several begin at once."""
    if karaoke:
        events = karaoke_events(lyrics, state, title)
        return [(tick, rank, _meta(kind, data)) for rank, (tick, kind, data) in enumerate(events)]
    return [(0, _FIRST, _meta(TITLE, LYRICS_TRACK.encode())), *_words(lyrics, state)]


def _words(lyrics: Lyrics, state: GlobalState) -> list[_Event]:
    return [(tick, _WORDS, _meta(kind, data)) for tick, kind, data in lyric_events(lyrics, state)]


def _lanes(score: Score) -> list[Score]:
    """A score as scores in none of which a pitch sounds twice at once; beyond `MAX_LANES` notes are cut."""
    lanes: list[list[Note]] = [[]]
    ends: list[dict[int, int]] = [{}]
    for note in score.notes:
        free = next((i for i, end in enumerate(ends) if end.get(note.pitch, 0) <= note.onset), len(lanes))
        if free == len(lanes) and len(lanes) < MAX_LANES:
            lanes.append([])
            ends.append({})
        free = min(free, len(lanes) - 1)
        lanes[free].append(note)
        ends[free][note.pitch] = note.end
    return [Score.from_notes(lane).without_overlaps() for lane in lanes]


def _layer(name: str, score: Score, port: int, channel: int, program: int) -> list[_Event]:
    if not 0 <= program <= 127:
        raise UsageError(f"MIDI program of {name}: {program} is outside 0..127")
    events: list[_Event] = [(0, _FIRST, _meta(TITLE, name.encode("utf-8")))]
    if port:
        events.append((0, 1, _meta(PORT, bytes((min(port, 127),)))))
    events.append((0, 2, bytes((0xC0 | channel, program))))
    for note in score.notes:
        events.append((note.onset, _NOTE_ON, bytes((0x90 | channel, note.pitch, note.velocity))))
        events.append((note.end, _NOTE_OFF, bytes((0x80 | channel, note.pitch, 64))))
    return events


def _chunk(events: list[_Event], end: int) -> bytes:
    """A track chunk that ends at tick `end`, or after its last event."""
    out = bytearray()
    now = 0
    for tick, _, data in sorted(events):
        out += _length(tick - now) + data
        now = tick
    out += _length(max(0, end - now)) + _meta(_END, b"")
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
