"""A MIDI file of type 0 or 1 -> its tracks at 96 PPQ, with tempo, meter, key, markers and chords."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeVar

from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.form import MAX_SECTION_BARS, MAX_SECTIONS, Section, section_name
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.midi_chords import read_chords
from stemwright.song.midi_events import META
from stemwright.song.midi_faults import Fault, Faults
from stemwright.song.midi_file import RawFile, parse_file
from stemwright.song.midi_kits import read_kits
from stemwright.song.midi_meta import (
    KEY,
    MARKER,
    METER,
    OUR_TEXT,
    TEMPO,
    TEXT,
    bpm_of,
    is_meter,
    key_of,
    meter_of,
    our_text,
    style_of,
    text_of,
)
from stemwright.song.midi_notes import Mended, MidiTrack, channels_of, note_ticks, scaled
from stemwright.song.midi_pedal import sustained
from stemwright.song.score import MAX_NOTES, PPQ

MAX_BYTES = 10 * 1024 * 1024
INAUDIBLE = 0.001
"""Share by which a tempo may change and still be the same: programs round it differently each time."""
_Value = TypeVar("_Value")


@dataclass(slots=True)
class MidiSong:
    """What a MIDI file holds.

    `bpm` and `meter` are those that hold longest (120 and 4/4 where it names none, see `says`), `key` is its
    first; the `_changes` count how often another one comes before the last note has ended. `tempos` and
    `meters`: (tick, BPM) and (tick, (n, power of two)) of each. `bpm` may lie outside 30..300; where the file
    names no tempo but 0, `tempo_is_zero`. Markers and chords: (tick, text or chord). `says`: which of "bpm",
    "meter", "key" the file names; `is_ours`: whether Stemwright wrote it, `style` what it then noted.
    `division`: its ticks a quarter note; `rounding`: how far its notes were moved at most, in quarter notes.
    `faults`: what was wrong with the file and has been mended, a line each.
    """

    tracks: list[MidiTrack]
    bpm: Fraction
    meter: Meter
    key: Key | None
    tempo_changes: int = 0
    meter_changes: int = 0
    key_changes: int = 0
    tempos: list[tuple[int, Fraction]] = field(default_factory=list)
    meters: list[tuple[int, tuple[int, int]]] = field(default_factory=list)
    tempo_is_zero: bool = False
    markers: list[tuple[int, str]] = field(default_factory=list)
    chords: list[tuple[int, Chord | None]] = field(default_factory=list)
    says: set[str] = field(default_factory=set)
    is_ours: bool = False
    style: str = ""
    length_ticks: int = 0
    division: int = PPQ
    rounding: Fraction = Fraction(0)
    mended: Mended = field(default_factory=Mended)
    faults: list[str] = field(default_factory=list)

    def hold_pedal(self) -> None:
        """Make all notes as long as the pedal makes them sound."""
        for track in self.tracks:
            if track.pedal:
                played = sustained(track.notes, track.pedal)
                ends = zip(sorted(track.notes), sorted(played), strict=True)
                self.mended.held += sum(a.end != b.end for a, b in ends)
                track.notes, track.pedal = played, []

    @property
    def end_ticks(self) -> int:
        """Where the last note ends, or the file where it has none."""
        ends = (note.end for track in self.tracks for note in track.notes)
        return max(ends, default=self.length_ticks)

    @property
    def bars(self) -> int:
        """Bars of the file's meter, see `bars_in`."""
        return self.bars_in(BarLines(self.meter))

    def bars_in(self, lines: BarLines) -> int:
        """Bars that hold all notes and chords, at least 1.

        Many programs let tracks end long after their music. A file of our own ends where its song does.
        """
        chords = [tick + 1 for tick, chord in self.chords if chord is not None]
        end = self.length_ticks if self.is_ours else max([self.end_ticks, *chords])
        return max(1, lines.bars_to(end))

    def empty_bars_in(self, lines: BarLines) -> int:
        """Bars between the last note or chord and the end of the file, which `bars_in` leaves out."""
        return max(0, lines.bars_to(self.length_ticks) - self.bars_in(lines))

    def sections(self, lines: BarLines | None = None) -> tuple[Section, ...]:
        """Sections from the markers, on the nearest bars (of `lines`, or the file's one meter).

        One section "song" where there are no markers, or more than a song can have.
        """
        lines = lines or BarLines(self.meter)
        bars = self.bars_in(lines)
        starts: dict[int, str] = {0: "start" if self.markers else "song"}
        for tick, text in self.markers:
            bar = lines.nearest_bar(tick)
            if bar < bars:
                starts[bar] = section_name(text)
        if len(starts) + bars // MAX_SECTION_BARS > MAX_SECTIONS:
            starts = {0: "song"}
        out: list[Section] = []
        for first, end in pairwise([*sorted(starts), bars]):
            for at in range(first, end, MAX_SECTION_BARS):
                out.append(Section(starts[first], min(MAX_SECTION_BARS, end - at)))
        return tuple(out)


def read_midi(source: str | Path | bytes, name: str | None = None, strict: bool = False) -> MidiSong:
    """The contents of a MIDI file (path or bytes). UsageError for anything that is not one, or too large.

    Of a damaged file what can be read is read and the rest told in `faults`; a `strict` reader refuses it.
    """
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    name = name or ("MIDI data" if isinstance(source, bytes) else Path(source).name)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: has {len(data)} bytes, at most {MAX_BYTES} are allowed; split it")
    if not data:
        raise UsageError(f"{name}: is not a MIDI file (it is empty)")
    faults = Faults(name, strict)
    raw = parse_file(data, name, faults)
    song = MidiSong([], Fraction(120), Meter(4, 4), None, division=raw.division)
    song.length_ticks = max(scaled(track.end, raw.division, name) for track in raw.tracks)
    kits = read_kits(raw.tracks)
    for number, track in enumerate(raw.tracks, 1):
        song.tracks += channels_of(track, number, raw.division, song.mended, faults, kits)
    if not song.tracks and faults.first:
        raise UsageError(faults.first)
    if sum(len(track.notes) for track in song.tracks) > MAX_NOTES:
        raise UsageError(f"{name}: has over {MAX_NOTES} notes; split it")
    song.rounding = _rounding(raw)
    song.chords = [(scaled(tick, raw.division, name), chord) for tick, chord in read_chords(raw)]
    _read_conductor(raw, song, faults)
    song.faults = list(faults.remarks())
    return song


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path.name or path}: cannot be read ({error.strerror or error}); give a MIDI file"
        ) from None


def _rounding(raw: RawFile) -> Fraction:
    """How far a note's beginning or end is moved at most, in quarter notes."""
    rests = {tick * PPQ % raw.division for track in raw.tracks for tick in note_ticks(track)}
    worst = max((min(rest, raw.division - rest) for rest in rests), default=0)
    return Fraction(worst, raw.division * PPQ)


def _read_conductor(raw: RawFile, song: MidiSong, faults: Faults) -> None:
    """Tempo, meter, key and markers of all tracks, in order of time, into `song`."""
    metas = [
        (scaled(tick, raw.division, faults.name), data)
        for track in raw.tracks
        for tick, status, data in track.events
        if status == META
    ]
    metas.sort(key=lambda event: event[0])
    texts = [(t, our_text(d)) for t, d in metas if d[0] == TEXT and text_of(d).startswith(OUR_TEXT)]
    ours = dict(text for _, text in texts)
    song.is_ours = bool(ours)
    song.style = style_of(ours.get("style", ""))
    song.markers = [(tick, text_of(data)) for tick, data in metas if data[0] == MARKER]
    keys = _held([(t, struct.unpack(">xbB", d)) for t, d in metas if d[0] == KEY and len(d) == 3])
    if keys:
        song.key = key_of(keys[0][1][0], keys[0][1][1], ours.get("key", ""))
        song.says |= {"key"} if song.key is not None else set()
    song.key_changes = max(0, len(keys) - 1)
    end = max(1, song.end_ticks)
    heard = [(tick, data) for tick, data in metas if tick < end or song.is_ours]
    _read_tempos(heard, song, {tick: value for tick, (word, value) in texts if word == "bpm"}, faults)
    song.meters = _held([(t, (d[1], d[2])) for t, d in heard if d[0] == METER and len(d) >= 3])
    if song.meters:
        found = _longest(song.meters, end, lambda meter: is_meter(*meter))
        song.meter = meter_of(*found, faults.name)
        song.says.add("meter")
    song.meter_changes = max(0, len(song.meters) - 1)


def _read_tempos(
    metas: Sequence[tuple[int, bytes]], song: MidiSong, ours: Mapping[int, str], faults: Faults
) -> None:
    """The tempos that are heard, without changes that nobody hears. `ours`: tick -> what we noted of it."""
    named = [(t, int.from_bytes(d[1:4], "big")) for t, d in metas if d[0] == TEMPO and len(d) == 4]
    tempos = _held([(tick, (micros, ours.get(tick, ""))) for tick, micros in named if micros])
    for _ in range(sum(not micros for _, micros in named)):
        faults.add(Fault.TEMPO, 0, "has a tempo of 0 microseconds a quarter note")
    song.tempo_is_zero = bool(named) and not tempos
    steady = tempos[:1]
    for tick, (micros, noted) in tempos[1:]:
        last = steady[-1][1][0]
        if noted or abs(micros - last) > INAUDIBLE * last:
            steady.append((tick, (micros, noted)))
    if steady:
        song.bpm = bpm_of(*_longest(steady, song.end_ticks))
        song.says.add("bpm")
    song.tempos = [(tick, bpm_of(*tempo)) for tick, tempo in steady]
    song.tempo_changes = max(0, len(steady) - 1)


def _held(events: Sequence[tuple[int, _Value]]) -> list[tuple[int, _Value]]:
    """The values that come to hold: of several at one tick the last, and none that was there already."""
    last = {tick: value for tick, value in events}
    return [next(group) for _, group in groupby(last.items(), key=lambda event: event[1])]


def _longest(
    held: Sequence[tuple[int, _Value]], end: int, able: Callable[[_Value], bool] = lambda value: True
) -> _Value:
    """The value that holds for most ticks, of those that are `able` where any is; of equals the first."""
    ticks: dict[_Value, int] = {}
    for (start, value), (stop, _) in pairwise([*held, (max(end, held[-1][0]), held[-1][1])]):
        ticks[value] = ticks.get(value, 0) + stop - start
    return max(ticks, key=lambda value: (able(value), ticks[value]))
