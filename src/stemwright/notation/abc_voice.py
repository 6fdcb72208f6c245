"""One voice of an ABC tune in time: events become notes, bars with their marks, and chord symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.notation.abc_events import Event, Written
from stemwright.notation.abc_fields import Keyed
from stemwright.notation.chord_symbols import STEPS
from stemwright.notation.graces import Graces
from stemwright.notation.meters import UNKNOWN
from stemwright.notation.naming import signature
from stemwright.notation.repeats import NO_MARKS, Marks
from stemwright.notation.sheet import Bar, Part, Printed, Syllable
from stemwright.song.harmony import Chord, parse_chord
from stemwright.song.meter import Meter
from stemwright.song.score import MAX_TICK, PPQ, Note

_WHOLE = 4 * PPQ
_USUAL = 74
_ALTER = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_LOUDNESS = {"pp": 46, "p": 56, "mp": 66, "mf": 78, "f": 92, "ff": 106, "fff": 116, "ppp": 38}
_MARKS = {
    "segno": "segno", "coda": "coda", "fine": "fine", "d.c.": "dacapo", "dacapo": "dacapo",
    "d.s.": "dalsegno", "dacoda": "tocoda", "tocoda": "tocoda", "d.c.alfine": "dacapo",
    "d.s.alfine": "dalsegno", "d.c.alcoda": "dacapo", "d.s.alcoda": "dalsegno",
}  # fmt: skip
_NUMBERS = re.compile(r"[1-9][0-9,\-]*")
MAX_TIMES = 8


@dataclass(slots=True)
class Setting:
    """What the head of a tune says to every voice. `moved`: semitones from what is written to what sounds."""

    meter: Meter = UNKNOWN
    unit: Fraction = Fraction(1, 8)
    key: Keyed = field(default_factory=lambda: Keyed(0, "", signature(0)))
    moved: int = 0


class Voice:
    """A voice, played event by event."""

    def __init__(self, setting: Setting) -> None:
        self.part = Part("")
        self.bars: list[Bar] = []
        self.chords: list[tuple[int, Chord | None]] = []
        self.passed_over: list[tuple[int, str]] = []
        self.moved_more = 0
        self.velocity = _USUAL
        self.at = self.start = self.longest = Fraction(0)
        self.marks: dict[str, bool | int | tuple[int, ...]] = {}
        self.in_ending = False
        self.changed: dict[str, int] = {}  # letter -> alteration, until the next bar line
        self.ties: dict[int, tuple[Written, int]] = {}  # pitch -> what leads on, and its note
        self.graces = Graces(self.part)
        self.layer = 1
        self.start_with(setting)

    def start_with(self, setting: Setting) -> None:
        """Begin as the head says."""
        self.meter, self.unit, self.key, self.moved = setting.meter, setting.unit, setting.key, setting.moved

    @property
    def tick(self) -> int:
        """Where it is."""
        return round(self.at)

    def set_key(self, key: Keyed, moved: int) -> None:
        """Another key from here on."""
        self.key, self.moved, self.changed = key, moved or self.moved, {}

    def set_meter(self, meter: Meter) -> None:
        """Another meter from here on."""
        self.meter = meter

    def play(self, event: Event) -> None:
        """One event after the other."""
        if event.kind == "note":
            self._note(event)
        elif event.kind == "bar":
            self._bar(event.text)
        elif event.kind == "bars":
            self._rest_bars(min(999, int(event.length)))
        elif event.kind == "text":
            self._text(event)
        elif event.kind == "mark":
            self._mark(event.text)
        elif event.kind == "overlay":
            self.longest = max(self.longest, self.at)
            self.at, self.changed, self.ties = self.start, {}, {}
            self.layer += 1

    def _text(self, event: Event) -> None:
        """A chord symbol, or a note to the reader, which has no say."""
        text = event.text.strip()
        if not text or text[0] in "^_<>@":
            return
        try:
            self.chords.append((self.tick, parse_chord(text)))
        except UsageError:
            if len(self.passed_over) < 5:
                self.passed_over.append((event.line, f"{text[:20]!r} is no chord: passed over"))

    def _mark(self, text: str) -> None:
        known = _MARKS.get(text)
        if known is not None:
            self.marks[known] = True
        self.velocity = _LOUDNESS.get(text, self.velocity)

    def _note(self, event: Event) -> None:
        length = event.length * self.unit * _WHOLE
        onset, end = round(self.at), round(self.at + length)
        self.at += length
        if self.at > MAX_TICK // 4:
            raise ValueError("the tune is too long; shorten its notes")
        for grace in event.graces:
            self.graces.add(self._pitch(grace), self.velocity, 1, str(self.layer), False)
        ties: dict[int, tuple[Written, int]] = {}
        for written in event.pitches if end > onset else ():
            pitch, joined = self._tied(written, onset)
            notes = self.part.notes
            if joined is not None:
                before = notes[joined].note
                notes[joined] = notes[joined]._replace(note=replace(before, duration=end - before.onset))
            else:
                joined = len(notes)
                notes.append(Printed(Note(onset, end - onset, pitch, self.velocity), 1, str(self.layer)))
                self.graces.lead_to(onset, 1, str(self.layer))
            if written.tied:
                ties[pitch] = written, joined
        self.ties = ties
        self.part.syllables += [Syllable(onset, text, hyphen, verse) for verse, text, hyphen in event.words]

    def _tied(self, written: Written, onset: int) -> tuple[int, int | None]:
        """The pitch of a note, and which note it goes on from where it is tied."""
        if not written.sign:  # a tie carries its accidental over the bar line
            for pitch, (before, index) in self.ties.items():
                same = (before.letter, before.octave) == (written.letter, written.octave)
                if same and self.part.notes[index].note.end == onset:
                    return pitch, index
        pitch = self._pitch(written)
        found = self.ties.get(pitch)
        if found is not None and self.part.notes[found[1]].note.end == onset:
            return pitch, found[1]
        return pitch, None

    def _pitch(self, written: Written) -> int:
        if written.sign:
            self.changed[written.letter] = _ALTER[written.sign]
        alter = self.changed.get(written.letter, self.key.letters.get(written.letter, 0))
        moved = 0 if self.part.is_drums else self.moved + self.moved_more
        pitch = 60 + STEPS[written.letter] + 12 * written.octave + alter + moved
        while not 0 <= pitch <= 127:
            pitch += 12 if pitch < 0 else -12
        return pitch

    def _bar(self, text: str) -> None:
        """A bar line: ends the bar at hand, and says how playing goes on."""
        numbers = _NUMBERS.search(text)
        line = text[: numbers.start()].rstrip("[") if numbers else text
        before, after = len(line) - len(line.lstrip(":")), len(line) - len(line.rstrip(":"))
        if set(line) == {":"}:  # "::" ends one repeat and begins another
            before = after = max(1, len(line) // 2)
        self._end_bar()
        last: dict[str, bool | int | tuple[int, ...]] = {}
        if before:
            last["times"] = min(MAX_TIMES, before + 1)
        ends = before or numbers is not None or "||" in line or "]" in line or "[|" in line
        if self.in_ending and ends:
            last["ending_stop"], self.in_ending = True, False
        if last and self.bars:
            bar = self.bars[-1]
            self.bars[-1] = replace(bar, marks=bar.marks.merged(Marks(**last)))  # type: ignore[arg-type]
        if after:
            self.marks["forward"] = True
        if numbers is not None:
            self.marks["endings"] = passes_of(numbers[0])
            self.in_ending = True

    def _end_bar(self) -> None:
        end = max(self.at, self.longest)
        start, length = round(self.start), round(end) - round(self.start)
        if length <= 0:
            return
        marks = Marks(**self.marks) if self.marks else NO_MARKS  # type: ignore[arg-type]
        number = str(len(self.bars) + 1)
        bar = Bar(start, length, self.meter, number, self._fifths(), marks, self.key.mode)
        self.bars.append(bar)
        self.at = self.start = self.longest = end
        self.marks, self.changed, self.layer = {}, {}, 1

    def _fifths(self) -> int | None:
        if self.key.fifths is None:
            return None
        moved = ((self.moved + self.moved_more) * 7 + 6) % 12 - 6
        sounding = self.key.fifths + moved
        return sounding - 12 * (sounding > 7) + 12 * (sounding < -7)

    def _rest_bars(self, count: int) -> None:
        meter = Meter(4, 4) if self.meter == UNKNOWN else self.meter
        self._end_bar()
        for _ in range(count):
            self.at += meter.ticks_per_bar
            self._end_bar()

    def close(self) -> None:
        """End the last bar, and follow its signs of an order that words alone would say."""
        self._end_bar()

    def merged(self, bar: Bar, other: Bar) -> Bar:
        """A bar of the first voice with the marks of this one's."""
        return replace(bar, marks=bar.marks.merged(other.marks))


def passes_of(text: str) -> tuple[int, ...]:
    """The passes of an ending: "1", "1,3", "1-3"."""
    out: list[int] = []
    for part in text.strip(",-").split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last.isdigit() or not last):
            low = int(first[:2])
            out += range(low, min(int((last or first)[:2]), low + MAX_TIMES) + 1)
    return tuple(dict.fromkeys(out[:MAX_TIMES])) or (1,)
