"""ABC files as sheets: one tune, its voices as parts, repeats still as marks at the bars.

Left out, and told: macros, an order of parts in the head, voices within voices beyond their bar. Slurs,
beams, decorations and layout have no say in what sounds.
Reference: the ABC music standard 2.1, https://abcnotation.com/wiki/abc:standard:v2.1
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from stemwright.errors import UsageError, argument
from stemwright.notation.abc_events import Event, events_of
from stemwright.notation.abc_fields import key_of, meter_of, semitones_of, tempo_of, unit_of, usual_unit
from stemwright.notation.abc_voice import Setting, Voice
from stemwright.notation.abc_words import put_words
from stemwright.notation.meters import UNKNOWN
from stemwright.notation.sheet import Sheet
from stemwright.song.rhythm import STRAIGHT
from stemwright.song.score import MAX_NOTES

MAX_BYTES = 10_000_000
MAX_VOICES = 64
MAX_NAME = 100
_FIELD = re.compile(r"([A-Za-z+]):\s?(.*)")
_NUMBER = re.compile(r"\s*([0-9]{1,9})\s*")
_VOICE = re.compile(r"\s*([^\s\]]{1,40})(.*)")
_NAMED = re.compile(r"\b(?:name|nm)=(?:\"([^\"]*)\"|(\S+))")
_SWING = re.compile(r"%%stemwright-swing ([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", re.ASCII)
_MIDI = re.compile(r"%%MIDI\s+(program|channel)\s+(?:[0-9]{1,2}\s+)?([0-9]{1,3})", re.IGNORECASE)


def read_abc(source: Path | bytes, name: str, tune: int | None = None) -> Sheet:
    """A tune of an ABC file: that of the number `tune` (its X:), else the first. UsageError (naming `name`
    and the line) where there is none, or where what it says cannot be.
    """
    lines = _text(source, name).splitlines()
    first, last = _tune(lines, name, tune)
    return _Reader(name).read(lines[first:last], first + 1)


def _text(source: Path | bytes, name: str) -> str:
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                source = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror or error}); give an ABC file") from None
    if len(source) > MAX_BYTES:
        raise UsageError(f"{name}: is larger than {MAX_BYTES} bytes, not read; split it")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = source.decode("latin-1")
    if "\0" in text:
        raise UsageError(f"{name}: is no text; save it as an ABC file (UTF-8)")
    return text


def _tune(lines: list[str], name: str, tune: int | None) -> tuple[int, int]:
    """The first line (from 0) of a tune, and the one after its last."""
    starts = [at for at, line in enumerate(lines) if line.startswith("X:")]
    if not starts:
        raise UsageError(f"{name}: has no tune (no line X:1); give an ABC file")
    numbers = [_NUMBER.match(lines[at][2:]) for at in starts]
    found = [at for at, number in zip(starts, numbers, strict=True) if number and int(number[1]) == tune]
    if tune is not None and not found:
        there = ", ".join(number[1] for number in numbers[:12] if number)
        raise UsageError(f"{name}: has no tune {tune}, only {there}; name one with {argument('tune')} N")
    start = found[0] if found else starts[0]
    for at in range(start + 1, len(lines)):
        if not lines[at].strip() or lines[at].startswith("X:"):
            return start, at
    return start, len(lines)


class _Reader:
    """Goes through the lines of a tune: its head, then its body."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.setting = Setting()
        self.voices: dict[str, Voice] = {}
        self.sheet = Sheet([], [], [])
        self.unit_said = self.in_body = False
        self.voice = ""
        self.music: list[Event] = []  # of the music line that words go with
        self.verse = 0
        self.notes = 0
        self.unknown: set[str] = set()

    def read(self, lines: list[str], number: int) -> Sheet:
        """The sheet of some lines, the first of which is line `number` of the file."""
        for line_number, line in enumerate(lines, number):
            try:
                self._line(line, line_number)
            except (ValueError, ZeroDivisionError, OverflowError) as error:
                raise UsageError(f"{self.name}: line {line_number}: {str(error)[:120]}") from None
        self._play()
        for voice in self.voices.values():
            voice.close()
        self._gather()
        return self.sheet

    def _line(self, line: str, number: int) -> None:
        midi = _MIDI.match(line)
        if midi is not None:
            self._midi(midi[1].lower(), int(midi[2]))
        swing = _SWING.match(line)
        if swing is not None:
            ratio = Fraction(int(swing[1]), int(swing[2]))
            self.sheet.swings = [(0, min(max(ratio, STRAIGHT), Fraction(3, 4)))]
        line = re.sub(r"(?<!\\)%.*", "", line).replace("\\%", "%")
        found = _FIELD.match(line)
        if found is not None and found[1] in "wW":
            if found[1] == "w" and self.music:
                self.verse += 1
                put_words(found[2], self.music, self.verse)
        elif found is not None:
            self._field(found[1], found[2].strip(), number)
        elif self.in_body and line.strip():
            self._music(line, number)

    def _midi(self, what: str, value: int) -> None:
        if what == "channel" and value == 10:
            self._now().part.is_drums = True
        elif what == "program" and value <= 127:
            self._now().part.program = value

    def _field(self, letter: str, text: str, number: int) -> None:
        if self.in_body:
            self._play()
            self._take(self._now(), letter, text)
            return
        if letter == "T" and "title" not in self.sheet.facts:
            self.sheet.facts["title"] = " ".join(text.split())[:200]
        elif letter == "V":
            self._voice(text)
        elif letter == "P":
            self.sheet.remarks.append(f"line {number}: the order of parts P:{text[:20]} is not played")
        elif letter == "m":
            self.sheet.remarks.append(f"line {number}: the macro m:{text[:20]} is not read")
        elif letter == "I" and text.startswith("abc-creator"):
            self.sheet.facts["software"] = text.removeprefix("abc-creator").strip()[:60]
        elif letter in "KLMQ":
            self._set(letter, text)
        if letter == "K":
            self.in_body = True
            self.voice = next(iter(self.voices), "")
            for voice in self.voices.values():
                voice.start_with(self.setting)

    def _set(self, letter: str, text: str) -> None:
        """A field of the head."""
        setting = self.setting
        if letter == "M":
            setting.meter = meter_of(text)
            if not self.unit_said:
                setting.unit = usual_unit(setting.meter)
        elif letter == "L":
            setting.unit, self.unit_said = unit_of(text), True
        elif letter == "Q":
            bpm = tempo_of(text, setting.unit)
            if bpm is not None:
                self.sheet.tempos = [(0, bpm)]
        elif letter == "K":
            setting.key, setting.moved = key_of(text), semitones_of(text)
            if "perc" in text:
                self._now().part.is_drums = True

    def _now(self) -> Voice:
        """The voice that what follows belongs to."""
        if self.voice not in self.voices:
            if len(self.voices) >= MAX_VOICES:
                raise ValueError(f"has over {MAX_VOICES} voices; split the tune")
            self.voices[self.voice] = Voice(self.setting)
            if self.in_body:
                self.voices[self.voice].start_with(self.setting)
        return self.voices[self.voice]

    def _voice(self, text: str) -> None:
        found = _VOICE.match(text)
        if found is None:
            raise ValueError("V: names no voice; write for example V:1")
        self.voice = found[1]
        voice = self._now()
        named = _NAMED.search(found[2])
        if named is not None:
            voice.part.name = " ".join((named[1] or named[2] or "").split())[:MAX_NAME]
        voice.moved_more = semitones_of(found[2]) or voice.moved_more
        if "perc" in found[2]:
            voice.part.is_drums = True

    def _take(self, voice: Voice, letter: str, text: str) -> None:
        """A field of the body, of the voice that it stands in."""
        if letter == "V":
            self._voice(text)
        elif letter == "K":
            voice.set_key(key_of(text), semitones_of(text))
        elif letter == "M":
            voice.set_meter(meter_of(text))
        elif letter == "L":
            voice.unit = unit_of(text)
        elif letter == "Q":
            bpm = tempo_of(text, voice.unit)
            if bpm is not None:
                self.sheet.tempos.append((voice.tick, bpm))
        elif letter == "P" and text:
            section = " ".join(text.split())[:60]
            if (voice.tick, section) not in self.sheet.sections:
                self.sheet.sections.append((voice.tick, section))

    def _music(self, line: str, number: int) -> None:
        """A line of music; it is played when the words under it have been read."""
        self._play()
        self._now()
        meter = self.voices[self.voice].meter
        compound = meter != UNKNOWN and meter.d >= 8 and meter.n % 3 == 0
        self.music = events_of(line, number, compound)
        self.verse = 0
        self.notes += sum(max(1, len(event.pitches)) for event in self.music if event.kind == "note")
        if self.notes > MAX_NOTES:
            raise ValueError(f"has over {MAX_NOTES} notes; split the tune")

    def _play(self) -> None:
        for event in self.music:
            if event.kind == "field":
                self._take(self._now(), event.text[1], event.text[3:-1].strip())
            elif event.kind == "unknown":
                if event.text not in self.unknown:
                    self.unknown.add(event.text)
                    told = f"line {event.line}: {event.text!r} is no ABC: passed over"
                    self.sheet.remarks += [told] if len(self.unknown) <= 5 else []
            else:
                self._now().play(event)
        self.music = []

    def _gather(self) -> None:
        """The voices as the parts of the sheet, whose bars are those of the first with music."""
        voices = [voice for voice in self.voices.values() if voice.bars]
        for number, (name, voice) in enumerate(((n, v) for n, v in self.voices.items() if v.bars), 1):
            voice.part.name = voice.part.name or (f"Voice {name}" if name else f"Voice {number}")
            self.sheet.parts.append(voice.part)
            for event, why in voice.passed_over:
                self.sheet.remarks.append(f"line {event}: {why}")
        if voices:
            self.sheet.bars = voices[0].bars
        for voice in voices[1:]:
            for at, bar in enumerate(voice.bars[: len(self.sheet.bars)]):
                self.sheet.bars[at] = voice.merged(self.sheet.bars[at], bar)
        chorded = next((voice for voice in voices if voice.chords), None)
        if chorded is not None:
            self.sheet.chords = sorted(chorded.chords, key=lambda chord: chord[0])
        for events in (self.sheet.tempos, self.sheet.sections):
            events.sort(key=lambda event: event[0])
