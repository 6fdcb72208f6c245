"""A MIDI file of type 0 or 1 -> its tracks at 96 PPQ, with tempo, meter, key and markers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.song.form import MAX_SECTION_BARS, Section, section_name
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi_events import META, RawFile, RawTrack, parse_file
from stemwright.song.pitch import name_at
from stemwright.song.score import MAX_NOTES, MAX_TICK, PPQ, Note
from stemwright.song.state import bpm_text, parse_bpm

MAX_BYTES = 10 * 1024 * 1024
DRUM_CHANNEL = 9
OUR_TEXT = "stemwright:"
"""Text events that begin so keep what MIDI rounds or cannot say: "stemwright:bpm=97.3004"."""


@dataclass(slots=True)
class MidiTrack:
    """One channel of one track. `program` 0..127 (0-based), notes sorted, in ticks of 96 a quarter note."""

    name: str
    program: int
    is_drums: bool
    notes: list[Note]


@dataclass(slots=True)
class MidiSong:
    """What a MIDI file holds.

    `bpm` and `meter` are its first ones (120, 4/4 where it names none); the `_changes` count later, different
    ones, which are not followed. `bpm` may lie outside 30..300. Markers: (tick, text).
    """

    tracks: list[MidiTrack]
    bpm: Fraction
    meter: Meter
    key: Key | None
    tempo_changes: int = 0
    meter_changes: int = 0
    markers: list[tuple[int, str]] = field(default_factory=list)
    length_ticks: int = 0

    @property
    def bars(self) -> int:
        """Bars that hold the whole file, at least 1."""
        return max(1, -(-self.length_ticks // self.meter.ticks_per_bar))

    def sections(self) -> tuple[Section, ...]:
        """Sections from the markers, on the nearest bars; one section "song" where there are none."""
        starts: dict[int, str] = {0: "start" if self.markers else "song"}
        for tick, text in self.markers:
            bar = (tick + self.meter.ticks_per_bar // 2) // self.meter.ticks_per_bar
            if bar < self.bars:
                starts[bar] = section_name(text)
        edges = [*sorted(starts), self.bars]
        out: list[Section] = []
        for first, end in pairwise(edges):
            for at in range(first, end, MAX_SECTION_BARS):
                out.append(Section(starts[first], min(MAX_SECTION_BARS, end - at)))
        return tuple(out)


def read_midi(source: str | Path | bytes, name: str | None = None) -> MidiSong:
    """The contents of a MIDI file (path or bytes). UsageError for anything that is not one, or too large."""
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    name = name or ("MIDI data" if isinstance(source, bytes) else Path(source).name)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: has {len(data)} bytes, at most {MAX_BYTES} are allowed; split it")
    raw = parse_file(data, name)
    song = MidiSong([], Fraction(120), Meter(4, 4), None)
    song.length_ticks = max(_scaled(track.end, raw.division, name) for track in raw.tracks)
    for number, track in enumerate(raw.tracks, 1):
        song.tracks += _channels(track, number, raw.division, name)
    if sum(len(track.notes) for track in song.tracks) > MAX_NOTES:
        raise UsageError(f"{name}: has over {MAX_NOTES} notes; split it")
    _read_conductor(raw, song, name)
    return song


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path.name or path}: cannot be read ({error.strerror or error}); give a MIDI file"
        ) from None


def _scaled(tick: int, division: int, name: str) -> int:
    """A tick of the file at 96 a quarter note, half up."""
    scaled = (2 * tick * PPQ + division) // (2 * division)
    if scaled > MAX_TICK // 2:
        raise UsageError(f"{name}: lasts {scaled // PPQ} quarter notes; that is too long")
    return scaled


class _Channel:
    """Pairs one channel's note-ons and -offs. A pitch struck again while it sounds ends its earlier note."""

    def __init__(self) -> None:
        self.program = 0
        self.notes: set[tuple[int, int, int, int]] = set()
        self.open: dict[int, tuple[int, int, bool]] = {}

    def on(self, tick: int, pitch: int, velocity: int) -> None:
        before = self.open.get(pitch)
        if before is not None and before[0] == tick:
            self.open[pitch] = (tick, max(velocity, before[1]), before[2])
            return
        if before is not None:
            self.notes.add((before[0], tick, pitch, before[1]))
        self.open[pitch] = (tick, velocity, before is not None)

    def off(self, tick: int, pitch: int) -> None:
        before = self.open.get(pitch)
        if before is None:
            return
        onset, velocity, struck_again = before
        if struck_again and onset == tick:
            self.open[pitch] = (onset, velocity, False)  # this note-off belongs to the note that ended here
            return
        del self.open[pitch]
        self.notes.add((onset, tick, pitch, velocity))

    def close(self, tick: int) -> None:
        for pitch in list(self.open):
            onset, velocity, _ = self.open.pop(pitch)
            self.notes.add((onset, tick, pitch, velocity))


def _channels(track: RawTrack, number: int, division: int, name: str) -> list[MidiTrack]:
    """The channels of a track that have notes, in order of channel."""
    channels: dict[int, _Channel] = {}
    title = ""
    for tick, status, data in track.events:
        if status == META:
            if data[0] == 0x03 and not title:
                title = _text(data)
            continue
        kind = status >> 4
        if kind not in (0x8, 0x9, 0xC):
            continue
        channel = channels.setdefault(status & 15, _Channel())
        if kind == 0xC:
            if not channel.notes and not channel.open:
                channel.program = data[0]
        elif kind == 0x9 and data[1]:
            channel.on(tick, data[0], data[1])
        else:
            channel.off(tick, data[0])
    for channel in channels.values():
        channel.close(track.end)
    sounding = sorted(index for index, channel in channels.items() if channel.notes)
    title = title or f"Track {number}"
    return [
        MidiTrack(
            title if len(sounding) == 1 else f"{title} {index + 1}",
            channels[index].program,
            index == DRUM_CHANNEL,
            _notes(channels[index], division, name),
        )
        for index in sounding
    ]


def _notes(channel: _Channel, division: int, name: str) -> list[Note]:
    notes: set[Note] = set()
    for onset, end, pitch, velocity in channel.notes:
        start = _scaled(onset, division, name)
        notes.add(Note(start, max(1, _scaled(end, division, name) - start), pitch, velocity))
    return sorted(notes, key=lambda n: (n.onset, n.duration, n.pitch, n.velocity))


def _read_conductor(raw: RawFile, song: MidiSong, name: str) -> None:
    """Tempo, meter, key and markers of all tracks, in order of time, into `song`."""
    metas = [(tick, data) for track in raw.tracks for tick, status, data in track.events if status == META]
    metas.sort(key=lambda event: event[0])
    tempos = [int.from_bytes(data[1:4], "big") for _, data in metas if data[0] == 0x51 and len(data) == 4]
    meters = [(data[1], data[2]) for _, data in metas if data[0] == 0x58 and len(data) >= 3]
    keys = [struct.unpack(">xbB", data) for _, data in metas if data[0] == 0x59 and len(data) == 3]
    ours = dict(_our_text(data) for _, data in metas if data[0] == 0x01 and _text(data).startswith(OUR_TEXT))
    if tempos:
        song.bpm = _bpm(tempos[0], ours.get("bpm", ""), name)
    if meters:
        song.meter = _meter(*meters[0], name)
    if keys:
        song.key = _key(keys[0][0], keys[0][1], ours.get("key", ""))
    song.tempo_changes = sum(a != b for a, b in pairwise(tempos))
    song.meter_changes = sum(a != b for a, b in pairwise(meters))
    song.markers = [
        (_scaled(tick, raw.division, name), _text(data)) for tick, data in metas if data[0] == 0x06
    ]


def _text(data: bytes) -> str:
    try:
        text = data[1:].decode("utf-8")
    except UnicodeDecodeError:
        text = data[1:].decode("latin-1")
    return "".join(sign if sign.isprintable() else " " for sign in text[:200]).strip()


def _our_text(data: bytes) -> tuple[str, str]:
    word, _, value = _text(data)[len(OUR_TEXT) :].partition("=")
    return word, value


def tempo_of(bpm: Fraction) -> int:
    """Microseconds of a quarter note, as MIDI keeps them."""
    return round(Fraction(60_000_000) / bpm)


def _bpm(micros: int, ours: str, name: str) -> Fraction:
    """The plainest decimal BPM with this tempo; ours where it was noted and still fits."""
    if micros == 0:
        raise UsageError(f"{name}: has a tempo of 0 microseconds a quarter note; export it again")
    try:
        if ours and tempo_of(parse_bpm(ours)) == micros:
            return parse_bpm(ours)
    except UsageError:
        pass
    exact = Fraction(60_000_000, micros)
    for decimals in range(7):
        bpm = Fraction(round(exact * 10**decimals), 10**decimals)
        if bpm and tempo_of(bpm) == micros:
            return bpm
    return Fraction(bpm_text(exact))


def _meter(n: int, power: int, name: str) -> Meter:
    """The meter n / 2**power; 3/1 becomes 6/2 and 6/32 becomes 3/16."""
    if power == 0:
        n, power = 2 * n, 1
    while power > 4 and n % 2 == 0 and n:
        n, power = n // 2, power - 1
    try:
        return Meter(n, 2 ** min(power, 12))
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def _key(fifths: int, minor: int, ours: str) -> Key | None:
    """The key of a key signature; ours where it was noted and still fits; None where it is damaged."""
    if not -7 <= fifths <= 7 or minor not in (0, 1):
        return None
    try:
        noted = Key.parse(ours)
        if signature_of(noted) == (fifths, minor):
            return noted
    except UsageError:
        pass
    return Key(name_at(fifths + 3), "minor") if minor else Key(name_at(fifths), "major")


def signature_of(key: Key) -> tuple[int, int]:
    """(sharps -7..7, 1 for a minor third else 0): the key signature that MIDI keeps of a key."""
    fifths = key.fifths
    return fifths - 12 * (fifths > 7) + 12 * (fifths < -7), int(key.is_minor)
