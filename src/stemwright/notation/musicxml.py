"""MusicXML scores as sheets: notes, chord symbols, meters, tempi, dynamics, sections, syllables.

Read defensively: sizes are limited, entities refused, and whatever is not understood is passed over. Left
out: cue notes, ornaments, pedals. Everything is as it sounds: parts of transposing instruments are moved.
Every bar is read once, in the order of the page; the marks of repeats stand at the bars, and
`notation.unfold` follows them.
Reference: https://www.w3.org/2021/06/musicxml40/
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

from stemwright.errors import UsageError
from stemwright.notation.chord_symbols import STEPS, chord_symbol
from stemwright.notation.directions import bpm_of, loudness_of, section_of, swing_of
from stemwright.notation.drum_staff import drum_at
from stemwright.notation.graces import Graces
from stemwright.notation.instruments import Listed, part_list
from stemwright.notation.meters import UNKNOWN, meter_of
from stemwright.notation.repeats import NO_MARKS, marks_of
from stemwright.notation.sheet import SWING, Bar, Part, Printed, Sheet, Syllable
from stemwright.notation.xml_file import score_root
from stemwright.song.meter import Meter
from stemwright.song.rhythm import STRAIGHT
from stemwright.song.score import MAX_TICK, PPQ, Note

MAX_DIVISIONS = 1_000_000
MAX_SYLLABLE = 60
MAX_VOICES = 32
MAX_REMARKS = 5
_USUAL = 74
_FORTE = 90
_SWING = re.compile("([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", re.ASCII)
"""The velocity that <note dynamics="100"> means."""


def read_musicxml(source: Path | bytes, name: str | None = None, graces: bool = False) -> Sheet:
    """The contents of a MusicXML file, plain or packed. UsageError (naming `name`) for anything that is not
    one. `graces`: grace notes are notes too, 32nds before the note that they lead to.

    Ties that end before they begin (two voices on one staff) are notes of their own.
    """
    name = name or (source.name if isinstance(source, Path) else "MusicXML")
    root = score_root(source, name)
    if root.tag != "score-partwise":
        raise UsageError(f"{name}: is <{root.tag[:40]}>, not a <score-partwise>; export it as partwise score")
    listed = part_list(root)
    sheet = Sheet([], [], [], facts=_facts(root))
    for number, element in enumerate(root.findall("part"), 1):
        reader = _PartReader(listed.get(element.get("id", ""), Listed()), sheet, graces)
        try:
            reader.read(element)
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            where = f"part {number}, measure {reader.measure}"
            raise UsageError(f"{name}: {where}: has a bad number ({str(error)[:80]}); mend it") from None
        sheet.parts.append(reader.part)
    swing = _SWING.fullmatch(sheet.facts.get(SWING, ""))
    if swing is not None:
        sheet.swings = [(0, min(max(Fraction(int(swing[1]), int(swing[2])), STRAIGHT), Fraction(3, 4)))]
    for events in (sheet.chords, sheet.tempos, sheet.swings, sheet.sections):
        events.sort(key=lambda event: event[0])
    return sheet


def _facts(root: Element) -> dict[str, str]:
    """Title, composer, program; and what else a file says of itself, as named."""
    found = {
        "title": root.findtext("work/work-title") or root.findtext("movement-title") or "",
        "software": root.findtext("identification/encoding/software") or "",
    }
    for field in root.iterfind("identification/miscellaneous/miscellaneous-field"):
        found.setdefault(field.get("name", "")[:40], field.text or "")
    return {name: " ".join(text.split())[:200] for name, text in found.items() if text.strip()}


class _PartReader:
    """Walks through one part; the first one also gives bars, chords, tempo and key."""

    def __init__(self, listed: Listed, sheet: Sheet, graces: bool) -> None:
        self.listed, self.sheet = listed, sheet
        self.part = Part(listed.name, program=listed.program, is_drums=bool(listed.drums) or listed.is_drums)
        self.first = not sheet.parts
        self.keyed = all(part.is_drums for part in sheet.parts)  # drums have no signature of their own
        self.chorded = not sheet.chords  # chords are those of the first part that has any
        self.fifths: int | None = None
        self.mode = ""
        self.divisions = 1
        self.meter = Meter(4, 4)
        self.velocity = _USUAL
        self.moved = 0  # semitones from what is printed to what sounds
        self.held: dict[tuple[int, int], dict[str, int]] = {}  # (pitch, staff) -> voice -> note
        self.graces = Graces(self.part) if graces else None
        self.start = 0
        self.measure = ""

    def read(self, element: Element) -> None:
        """Every measure in turn. Later parts take their bars from the first, so that all stay together."""
        for number, measure in enumerate(element.findall("measure")):
            self.measure = (measure.get("number") or str(number + 1))[:10]
            if not self.first:
                if number >= len(self.sheet.bars):
                    return
                self.start = self.sheet.bars[number].start
            length, marks = self._measure(measure), marks_of(measure)
            if self.first:
                number_text = measure.get("number", "")
                bar = Bar(self.start, length, self.meter, number_text, self.fifths, marks, self.mode)
                self.sheet.bars.append(bar)
                self.start += length
            else:
                bar = self.sheet.bars[number]
                if self.keyed and self.fifths is not None:
                    bar = replace(bar, fifths=self.fifths, mode=self.mode)
                if marks != NO_MARKS:
                    bar = replace(bar, marks=bar.marks.merged(marks))
                self.sheet.bars[number] = bar

    def _measure(self, measure: Element) -> int:
        """Reads a measure; its length in ticks (that of its meter where it is empty)."""
        at, last, end = Fraction(0), Fraction(0), Fraction(0)
        for item in measure:
            if item.tag == "attributes":
                self._attributes(item)
            elif item.tag == "note" and item.find("grace") is not None:
                self._grace(item)
            elif item.tag == "note":
                length = self._duration(item)
                chord = item.find("chord") is not None
                self._note(item, last if chord else at, length)
                if not chord:
                    last, at = at, at + length
            elif item.tag in ("backup", "forward"):
                at += self._duration(item) * (-1 if item.tag == "backup" else 1)
                at = max(Fraction(0), at)
            elif item.tag == "harmony" and self.chorded:
                self._harmony(item, at)
            elif item.tag in ("direction", "sound"):
                self._direction(item, at)
            end = max(end, at)
            if self.start + end > MAX_TICK // 2:
                raise ValueError("the piece is too long")
        return round(end) or self.meter.ticks_per_bar

    def _duration(self, item: Element) -> Fraction:
        """Ticks of a note or a move; 0 at least."""
        text = (item.findtext("duration") or "0").strip()
        ticks = _fraction(text) * PPQ / self.divisions
        if ticks > MAX_TICK // 8:
            raise ValueError(f"duration {text} is too long")
        return max(Fraction(0), ticks)

    def _place(self, item: Element, at: Fraction) -> int:
        """The tick of something in the measure that may be printed beside its place."""
        offset = _fraction((item.findtext("offset") or "0").strip()) * PPQ / self.divisions
        return max(0, self.start + round(at + offset))

    def _attributes(self, item: Element) -> None:
        if text := item.findtext("divisions"):
            self.divisions = max(1, min(MAX_DIVISIONS, int(text)))
        time = item.find("time")
        if time is not None and time.findtext("beats") and time.findtext("beat-type"):
            self.meter = meter_of(time)
            if self.meter == UNKNOWN and self.first and len(self.sheet.remarks) < MAX_REMARKS:
                self.sheet.remarks.append(
                    f"measure {self.measure}: its time signature is none that a song can have: bars are as "
                    "long as what is in them"
                )
        transpose = item.find("transpose")
        if transpose is not None:
            octaves = int(_fraction(transpose.findtext("octave-change") or "0"))
            self.moved = int(_fraction(transpose.findtext("chromatic") or "0")) + 12 * octaves
        key = item.find("key")
        if key is not None:
            self.fifths = _fifths(key, self._fifths_moved())
            self.mode = (key.findtext("mode") or "").strip().lower()

    def _fifths_moved(self) -> int:
        """How far what sounds lies from what is printed on the line of fifths."""
        return (self.moved * 7 + 6) % 12 - 6

    def _harmony(self, item: Element, at: Fraction) -> None:
        self.sheet.chords.append((self._place(item, at), chord_symbol(item, self._fifths_moved())))

    def _pitch(self, item: Element) -> int | None:
        """MIDI number of what a <note> sounds; None for a rest, or one outside 0..127."""
        unpitched = item.find("unpitched")
        if unpitched is not None:
            self.part.is_drums = True
            return self._drum(item, unpitched)
        pitch = _pitch(item.find("pitch"))
        if pitch is None:
            return None
        instrument = item.find("instrument")
        if instrument is not None and instrument.get("id") in self.listed.drums:
            return self.listed.drums[instrument.get("id", "")]
        pitch += 0 if self.part.is_drums else self.moved
        return pitch if 0 <= pitch <= 127 else None

    def _drum(self, item: Element, unpitched: Element) -> int:
        instrument = item.find("instrument")
        drums = self.listed.drums
        if instrument is not None and instrument.get("id") in drums:
            return drums[instrument.get("id", "")]
        step = (unpitched.findtext("display-step") or "").strip()
        if len(drums) == 1 and not step:
            return next(iter(drums.values()))
        octave = int(unpitched.findtext("display-octave") or 5)
        return drum_at(step, octave, (item.findtext("notehead") or "normal").strip())

    def _note(self, item: Element, at: Fraction, length: Fraction) -> None:
        pitch = self._pitch(item)
        if pitch is None or length <= 0 or item.find("cue") is not None:
            return
        staff, voice = int(item.findtext("staff") or 1), (item.findtext("voice") or "1").strip()[:10]
        onset = self.start + round(at)
        end = self.start + round(at + length)
        notes = self.part.notes
        ties = {tie.get("type") for tie in item.findall("tie")}
        joined = self._held(pitch, staff, voice, onset, end) if "stop" in ties else None
        if joined is not None:
            before = notes[joined].note
            notes[joined] = notes[joined]._replace(note=replace(before, duration=end - before.onset))
        else:
            joined = len(notes)
            note = Note(onset, max(1, end - onset), pitch, self._velocity(item))
            notes.append(Printed(note, staff, voice))
            if self.graces is not None:
                self.graces.lead_to(onset, staff, voice)
        if "start" in ties:
            held = self.held.setdefault((pitch, staff), {})
            held[voice] = joined
            if len(held) > MAX_VOICES:
                del held[next(iter(held))]
        self._syllables(item, onset)

    def _held(self, pitch: int, staff: int, voice: str, onset: int, end: int) -> int | None:
        """The note that a tie goes on from: of this voice, else of its staff."""
        held = self.held.get((pitch, staff), {})
        for name in sorted(held, key=lambda name: name != voice):
            before = self.part.notes[held[name]].note
            if before.onset < end and before.end >= onset - 1:
                return held.pop(name)
        return None

    def _velocity(self, item: Element) -> int:
        percent = item.get("dynamics")
        if percent is None:
            return self.velocity
        return max(1, min(127, round(_fraction(percent.strip()) * _FORTE / 100)))

    def _grace(self, item: Element) -> None:
        pitch = self._pitch(item)
        if self.graces is None or pitch is None or item.find("cue") is not None:
            return
        staff, voice = int(item.findtext("staff") or 1), (item.findtext("voice") or "1").strip()[:10]
        self.graces.add(pitch, self._velocity(item), staff, voice, item.find("chord") is not None)

    def _syllables(self, item: Element, tick: int) -> None:
        for order, lyric in enumerate(item.findall("lyric"), 1):
            text = " ".join("".join(part.text or "" for part in lyric.findall("text")).split())
            number = lyric.get("number") or ""
            verse = int(number) if re.fullmatch("[1-9]", number) else order
            if text:
                hyphen = (lyric.findtext("syllabic") or "").strip() in ("begin", "middle")
                self.part.syllables.append(Syllable(tick, text[:MAX_SYLLABLE], hyphen, verse))

    def _direction(self, item: Element, at: Fraction) -> None:
        """A <direction>, or a <sound> by itself."""
        self.velocity = loudness_of(item) or self.velocity
        tick = self._place(item, at)
        section = section_of(item)
        if section and (tick, section) not in self.sheet.sections:
            self.sheet.sections.append((tick, section))
        swing = swing_of(item)
        if swing is not None and (tick, swing) not in self.sheet.swings:
            self.sheet.swings.append((tick, swing))
        bpm = bpm_of(item)
        if bpm is not None and (self.first or (tick, bpm) not in self.sheet.tempos):
            self.sheet.tempos.append((tick, bpm))


def _fraction(text: str) -> Fraction:
    """A number. ValueError for one of too many digits, which would take for ever to work with."""
    if len(text) > 20 or "e" in text.lower():
        raise ValueError(f"{text[:20]!r} is no number of a score")
    return Fraction(text)


def _pitch(element: Element | None) -> int | None:
    """MIDI number of a <pitch>, as printed; None where there is none."""
    if element is None or (step := (element.findtext("step") or "").strip()) not in STEPS:
        return None
    alter = round(_fraction((element.findtext("alter") or "0").strip()))
    midi = STEPS[step] + alter + 12 * (int(element.findtext("octave") or 4) + 1)
    return midi if 0 <= midi <= 127 else None


def _fifths(item: Element, moved: int) -> int | None:
    """The sharps (negative: flats) of a signature as it sounds; None where it does not say -7 to 7."""
    text = (item.findtext("fifths") or "").strip()
    if not re.fullmatch(r"-?[0-7]", text):
        return None
    sounding = int(text) + moved
    return sounding - 12 * (sounding > 7) + 12 * (sounding < -7)
