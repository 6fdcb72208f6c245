"""MusicXML scores, as far as training needs them: notes, chord symbols, meters, tempo and dynamics.

Read defensively: sizes are limited, entities refused, and whatever is not understood is passed over. Left
out: grace and cue notes, ornaments, pedals, transposing instruments. Every bar is read once, in the order of
the page; the marks of repeats stand at the bars, and `corpus.readers.unfold` follows them.
Reference: https://www.w3.org/2021/06/musicxml40/
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree

from stemwright.corpus.readers.chord_symbols import STEPS, chord_symbol
from stemwright.corpus.readers.repeats import NO_MARKS, Marks, marks_of
from stemwright.errors import UsageError
from stemwright.song.harmony import Chord
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Note

MAX_BYTES = 30_000_000
MAX_DIVISIONS = 1_000_000
_LOUDNESS = {
    "pppp": 34, "ppp": 38, "pp": 46, "p": 56, "mp": 66, "mf": 78, "f": 92, "ff": 106, "fff": 116, "ffff": 122,
    "sf": 100, "sfz": 104, "fp": 76, "fz": 100, "sfp": 76,
}  # fmt: skip
_USUAL = 74


@dataclass(slots=True)
class Part:
    """One instrument: (note, staff from 1) in ticks of the whole piece, ties joined."""

    name: str
    notes: list[tuple[Note, int]] = field(default_factory=list)

    def on_staff(self, staff: int) -> list[Note]:
        """The notes of one staff."""
        return [note for note, where in self.notes if where == staff]

    @property
    def staves(self) -> int:
        """The highest staff that has notes."""
        return max((staff for _, staff in self.notes), default=0)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a bar starts in ticks, how long it is as written, and its meter.

    `number`: as printed. `fifths`: the key signature in force, None before the first.
    """

    start: int
    length: int
    meter: Meter
    number: str = ""
    fifths: int | None = None
    marks: Marks = NO_MARKS

    @property
    def whole(self) -> bool:
        """Whether it is as long as its meter says (a pickup is not)."""
        return self.length == self.meter.ticks_per_bar


@dataclass(slots=True)
class Sheet:
    """A piece. ``bpm`` counts quarter notes, None where the file has no tempo."""

    parts: list[Part]
    bars: list[Bar]
    chords: list[tuple[int, Chord | None]]
    bpm: Fraction | None


def read_musicxml(path: Path) -> Sheet:
    """The contents of an ``.mxl`` or ``.musicxml`` file. UsageError for anything that is not one.

    Ties that end before they begin (two voices on one staff) are notes of their own.
    """
    root = _root(_text(path), path.name)
    if root.tag != "score-partwise":
        raise UsageError(f"{path.name}: is <{root.tag}>, not a <score-partwise>")
    names = {p.get("id", ""): (p.findtext("part-name") or "").strip() for p in root.iter("score-part")}
    sheet = Sheet([], [], [], None)
    try:
        for element in root.findall("part"):
            reader = _PartReader(Part(names.get(element.get("id", ""), "")), sheet, not sheet.parts)
            reader.read(element)
            sheet.parts.append(reader.part)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(f"{path.name}: has a bad number ({error})") from None
    return sheet


def _text(path: Path) -> bytes:
    """The score's XML, at most MAX_BYTES of it."""
    try:
        if path.suffix != ".mxl":
            with path.open("rb") as plain:
                data = plain.read(MAX_BYTES + 1)
        else:
            with zipfile.ZipFile(path) as archive, archive.open(_score_name(archive, path.name)) as packed:
                data = packed.read(MAX_BYTES + 1)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, KeyError) as error:
        raise UsageError(f"{path.name}: cannot be read ({error})") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path.name}: is larger than {MAX_BYTES} bytes, not read")
    return data


def _score_name(archive: zipfile.ZipFile, name: str) -> str:
    """The score among the files of an archive: the first one outside META-INF."""
    for entry in archive.namelist():
        if entry.endswith((".xml", ".musicxml")) and not entry.startswith("META-INF/"):
            return entry
    raise UsageError(f"{name}: holds no score")


def _root(data: bytes, name: str) -> ElementTree.Element:
    if b"<!ENTITY" in data:
        raise UsageError(f"{name}: declares entities, not read")
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UsageError(f"{name}: is not XML ({error})") from None


class _PartReader:
    """Walks through one part; the first one also gives bars, chords, tempo and key."""

    def __init__(self, part: Part, sheet: Sheet, first: bool) -> None:
        self.part, self.sheet, self.first = part, sheet, first
        self.fifths: int | None = None
        self.divisions = 1
        self.meter = Meter(4, 4)
        self.velocity = _USUAL
        self.held: dict[tuple[int, int], int] = {}
        self.start = 0

    def read(self, element: ElementTree.Element) -> None:
        """Every measure in turn. Later parts take their bars from the first, so that all stay together."""
        for number, measure in enumerate(element.findall("measure")):
            if not self.first:
                if number >= len(self.sheet.bars):
                    return
                self.start = self.sheet.bars[number].start
            length, marks = self._measure(measure), marks_of(measure)
            if self.first:
                number_text = measure.get("number", "")
                self.sheet.bars.append(Bar(self.start, length, self.meter, number_text, self.fifths, marks))
                self.start += length
            elif marks != NO_MARKS:
                bar = self.sheet.bars[number]
                self.sheet.bars[number] = replace(bar, marks=bar.marks.merged(marks))

    def _measure(self, measure: ElementTree.Element) -> int:
        """Reads a measure; its length in ticks (that of its meter where it is empty)."""
        at, last, end = Fraction(0), Fraction(0), Fraction(0)
        for item in measure:
            if item.tag == "attributes":
                self._attributes(item)
            elif item.tag == "note" and item.find("grace") is None:
                length = self._duration(item)
                chord = item.find("chord") is not None
                self._note(item, last if chord else at, length)
                if not chord:
                    last, at = at, at + length
            elif item.tag in ("backup", "forward"):
                at += self._duration(item) * (-1 if item.tag == "backup" else 1)
                at = max(Fraction(0), at)
            elif item.tag == "harmony" and self.first:
                self.sheet.chords.append((self.start + round(at), chord_symbol(item)))
            elif item.tag == "direction":
                self._direction(item)
            elif item.tag == "sound":
                self._tempo(item)
            end = max(end, at)
        return round(end) or self.meter.ticks_per_bar

    def _duration(self, item: ElementTree.Element) -> Fraction:
        """Ticks of a note or a move; 0 at least."""
        text = (item.findtext("duration") or "0").strip()
        return max(Fraction(0), Fraction(text) * PPQ / self.divisions)

    def _attributes(self, item: ElementTree.Element) -> None:
        if text := item.findtext("divisions"):
            self.divisions = max(1, min(MAX_DIVISIONS, int(text)))
        time = item.find("time")
        if time is not None and time.findtext("beats") and time.findtext("beat-type"):
            try:
                self.meter = Meter.parse(f"{time.findtext('beats')}/{time.findtext('beat-type')}")
            except UsageError:  # 2+3/8 and the like: its bars will not be whole, and nobody takes them
                self.meter = Meter(32, 2)
        key = item.find("key")
        if key is not None:
            self.fifths = _fifths(key)

    def _note(self, item: ElementTree.Element, at: Fraction, length: Fraction) -> None:
        pitch = _pitch(item.find("pitch"))
        if pitch is None or length <= 0 or item.find("cue") is not None:
            return
        staff = int(item.findtext("staff") or 1)
        onset = self.start + round(at)
        end = self.start + round(at + length)
        ties = {tie.get("type") for tie in item.findall("tie")}
        joined = self.held.pop((pitch, staff), None) if "stop" in ties else None
        if joined is not None and self.part.notes[joined][0].onset >= end:
            joined = None
        if joined is not None and self.part.notes[joined][0].end >= onset - 1:
            before = self.part.notes[joined][0]
            self.part.notes[joined] = (Note(before.onset, end - before.onset, pitch, before.velocity), staff)
        else:
            joined = len(self.part.notes)
            self.part.notes.append((Note(onset, max(1, end - onset), pitch, self.velocity), staff))
        if "start" in ties:
            self.held[pitch, staff] = joined

    def _direction(self, item: ElementTree.Element) -> None:
        for marks in item.iter("dynamics"):
            for mark in marks:
                self.velocity = _LOUDNESS.get(mark.tag, self.velocity)
        for sound in item.findall("sound"):
            self._tempo(sound)

    def _tempo(self, sound: ElementTree.Element) -> None:
        if self.first and self.sheet.bpm is None and sound.get("tempo"):
            self.sheet.bpm = Fraction(sound.get("tempo", "").strip())


def _pitch(element: ElementTree.Element | None) -> int | None:
    """MIDI number of a <pitch>; None where there is none or it is outside 0..127."""
    if element is None or (step := element.findtext("step")) not in STEPS:
        return None
    alter = round(Fraction((element.findtext("alter") or "0").strip()))
    midi = STEPS[step] + alter + 12 * (int(element.findtext("octave") or 4) + 1)
    return midi if 0 <= midi <= 127 else None


def _fifths(item: ElementTree.Element) -> int | None:
    """The sharps (negative: flats) of a signature; None where it does not say a number from -7 to 7."""
    text = (item.findtext("fifths") or "").strip()
    return int(text) if re.fullmatch(r"-?[0-7]", text) else None


def runs(bars: list[Bar]) -> Iterator[tuple[int, int]]:
    """Stretches [first, last) of whole bars of one meter. A pickup ends one, and a bar cut by a repeat."""
    for (whole, _), group in groupby(range(len(bars)), key=lambda i: (bars[i].whole, bars[i].meter)):
        places = list(group)
        if whole:
            yield places[0], places[-1] + 1
