"""A tune with chord symbols -> ABC 2.1: the lead sheet that folk musicians' programs and web pages read.

Reference: https://abcnotation.com/wiki/abc:standard:v2.1
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from stemwright.notation.grid import gridded, swing_of
from stemwright.notation.naming import Name, names_of, signature
from stemwright.notation.sheet import Syllable
from stemwright.notation.staves import laid
from stemwright.notation.values import Value
from stemwright.notation.words import words_of
from stemwright.song.harmony import Key, chord_text
from stemwright.song.midi_meta import signature_of
from stemwright.song.pitch import fifths_of, name_at
from stemwright.song.rhythm import STRAIGHT, swing_text
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState, bpm_text

CREATOR = "Stemwright"
SWING = "%%stemwright-swing"
"""The line that keeps a song's swing, which ABC has no field for."""
_UNIT = PPQ // 2
"""Ticks of an eighth, the unit note."""
_BARS = 4
"""Bars a line."""
_MODES = {"major": "", "minor": "m"}
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def write_abc(state: GlobalState, score: Score, title: str = "", syllables: Sequence[Syllable] = ()) -> bytes:
    """The file (UTF-8). `syllables`: in order, at the ticks of their notes."""
    return ("\n".join(_Tune(state, score, syllables).lines(title)) + "\n").encode()


class _Tune:
    """The tune bar by bar."""

    def __init__(self, state: GlobalState, score: Score, syllables: Sequence[Syllable]) -> None:
        self.state = state
        self.grid = gridded(score, state)
        self.names = names_of(self.grid.score, state)
        self.words = words_of(syllables, self.grid)
        self.usual = signature(signature_of(state.key)[0])
        self.by_letter: dict[str, int] = {}
        self.by_place: dict[tuple[str, int], int] = {}
        self.sung: list[str] = []

    def lines(self, title: str) -> list[str]:
        state = self.state
        swing = swing_of(state)
        out = ["%abc-2.1", "X:1", f"T:{_plain(title) or 'Untitled'}", f"I:abc-creator {CREATOR}"]
        out += [f"{SWING} {swing_text(swing)}"] if swing != STRAIGHT else []
        out += [f"M:{state.meter}", "L:1/8", f"Q:1/4={bpm_text(state.bpm)}", f"K:{_key(state.key)}"]
        line: list[str] = []
        bars = laid(self.grid, drums=False, two_staves=False, one_voice=True).bars(state)
        for bar, voices in enumerate(bars):
            _, section, inside = state.section_of_bar(bar)
            if not inside or len(line) == _BARS:
                out += self._line(line)
                line = []
            out += [] if inside else [f"P:{section.name}"]
            line.append(self._bar(bar, voices[0][1], swing != STRAIGHT and not bar))
        return [*out, *self._line(line, last=True)]

    def _line(self, bars: Sequence[str], last: bool = False) -> list[str]:
        """Some bars as a line of music, and the words under it."""
        if not bars:
            return []
        sung, self.sung = "".join(self.sung).strip(), []
        words = [f"w: {sung}"] if sung.strip("* ") else []
        return [" | ".join(bars) + (" |]" if last else " |"), *words]

    def _bar(self, bar: int, values: Sequence[Value], says_swing: bool) -> str:
        state = self.state
        self.by_letter, self.by_place = {}, {}
        meters, tempos = dict(state.meters), dict(state.tempos)
        head = f"[M:{meters[bar]}]" if bar in meters else ""
        head += f"[Q:1/4={bpm_text(tempos[bar])}]" if bar in tempos else ""
        out = []
        for index, value in enumerate(values):
            if value.triplet and value.first:
                end = next(at for at in range(index, len(values)) if values[at].last)
                count = end - index + 1
                out.append("(3" if count == 3 else f"(3:2:{count}")
            out += [self._value(piece) for piece in self._pieces(value)]
            beat_ends = (value.end - state.bar_tick(bar)) % PPQ == 0
            out.append(" " if beat_ends or value.end - value.start >= PPQ else "")
        return head + ('"^Swing"' if says_swing else "") + "".join(out).strip()

    def _pieces(self, value: Value) -> list[Value]:
        """A value cut where chords change within it, since a chord symbol stands before a note."""
        edges = [value.start, *(tick for tick in self._changes(value) if tick > value.start), value.end]
        return [value._replace(start=a, end=b) for a, b in pairwise(edges)]

    def _changes(self, value: Value) -> list[int]:
        """The ticks of a value at which a chord begins."""
        chords, lines = self.state.chords, self.state.lines
        if not chords:
            return []
        first, last = lines.beat_of_tick(value.start), lines.beat_of_tick(value.end - 1)
        return [
            tick
            for beat in range(first, last + 1)
            if (tick := lines.beat_tick(beat)) >= value.start
            and (not beat or chords[beat] != chords[beat - 1])
        ]

    def _value(self, value: Value) -> str:
        chord = ""
        if value.start in self._changes(value):
            chord = f'"{chord_text(self.state.chord_at_tick(value.start))}"'
        ticks = (value.end - value.start) * (3 if value.triplet else 2)
        length = _length(Fraction(ticks, 2 * _UNIT))
        if not value.notes:
            return f"{chord}z{length}"
        begins = any(note.onset == value.start for note in value.notes)
        text, kind = self.words.get(value.start, ("*", "single")) if begins else ("*", "single")
        self.sung.append(_sung(text) + ("-" if kind in ("begin", "middle") else " "))
        pitches = [self._pitch(self.names[note]) + self._tie(value, note) for note in value.notes]
        if len(pitches) == 1:
            pitch, tie = pitches[0].rstrip("-"), "-" if pitches[0].endswith("-") else ""
            return f"{chord}{pitch}{length}{tie}"
        return f"{chord}[{''.join(pitches)}]{length}"

    def _tie(self, value: Value, note: Note) -> str:
        return "-" if note.end > value.end else ""

    def _pitch(self, name: Name) -> str:
        """A pitch, with its accidental where any reader would need it: some keep one to its octave."""
        place = name.step, name.octave
        usual = self.usual[name.step]
        needed = name.alter != self.by_letter.get(name.step, usual)
        needed |= name.alter != self.by_place.get(place, usual)
        self.by_letter[name.step] = self.by_place[place] = name.alter
        letter = name.step.lower() if name.octave >= 5 else name.step
        marks = "'" * (name.octave - 5) if name.octave >= 5 else "," * (4 - name.octave)
        return (_SIGNS[name.alter] if needed else "") + letter + marks


def _key(key: Key) -> str:
    """K: of a key, with at most seven signs."""
    fifths, _ = signature_of(key)
    tonic = name_at(fifths + _fifths_above(key))
    return tonic + _MODES.get(key.mode, f" {key.mode[:3]}")


def _fifths_above(key: Key) -> int:
    return fifths_of(key.tonic) - key.fifths


def _length(units: Fraction) -> str:
    """A length in unit notes as ABC has it: "", "2", "3/2", "/"."""
    if units == 1:
        return ""
    if units.denominator == 1:
        return str(units.numerator)
    over = "" if units.numerator == 1 else str(units.numerator)
    return f"{over}/{'' if units.denominator == 2 else units.denominator}"


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).replace("%", "\\%")


def _sung(text: str) -> str:
    """A syllable in w:, whose signs have other meanings there."""
    if text == "*":
        return text
    plain = _plain(text).replace("_", " ").replace("|", " ").replace("*", " ").strip()
    return plain.replace("-", "\\-").replace(" ", "~") or "*"
