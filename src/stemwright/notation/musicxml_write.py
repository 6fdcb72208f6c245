"""Scores and global state -> a MusicXML 4.0 file that notation programs open.

A part a layer, from the top of a score to its bottom; chord symbols, section names, tempi and the swing stand
above the first. The order of elements is that of the standard's schema.
Reference: https://www.w3.org/2021/06/musicxml40/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from stemwright.errors import UsageError
from stemwright.notation.chord_symbols import kind_of as chord_kind
from stemwright.notation.drum_staff import FEET, place_of
from stemwright.notation.grid import Gridded, gridded, swing_of
from stemwright.notation.naming import ACCIDENTALS, Name, names_of, shown
from stemwright.notation.sheet import SWING, Syllable
from stemwright.notation.staves import Laid, Voice, laid
from stemwright.notation.values import Value
from stemwright.notation.words import words_of
from stemwright.song.harmony import NO_CHORD, Chord
from stemwright.song.layers import KINDS, kind_of, ordered
from stemwright.song.midi_meta import signature_of
from stemwright.song.rhythm import STRAIGHT, swing_text
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState, bpm_text

_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_FORTE = 90
_DRUM_CHANNEL = 10
_MELODIC = tuple(channel for channel in range(1, 17) if channel != _DRUM_CHANNEL)


@dataclass(slots=True)
class _Part:
    """A layer and how it is printed. `words`: tick -> the syllable under its note, and whether that begins,
    goes on with or ends a word, or is one.
    """

    name: str
    number: int
    drums: bool
    program: int
    laid: Laid
    grid: Gridded
    words: dict[int, tuple[str, str]] = field(default_factory=dict)
    names: dict[Note, Name] = field(default_factory=dict)


def write_musicxml(
    state: GlobalState,
    scores: Mapping[str, Score],
    programs: Mapping[str, int] | None = None,
    title: str = "",
    roles: Mapping[str, str] | None = None,
    lyrics: Mapping[str, Sequence[Syllable]] | None = None,
    lead_sheet: bool = False,
) -> bytes:
    """The file. `roles`: of layers whose names do not say their kind; `lyrics`: the syllables of a layer, in
    order, at the ticks of their notes; `lead_sheet`: each layer has one staff and one voice. UsageError where
    there are no scores.
    """
    if not scores:
        raise UsageError("MusicXML: there are no scores to write; give one layer at least")
    parts = [
        _part(number, name, (roles or {}).get(name, name), scores[name], state, programs or {}, lead_sheet)
        for number, name in enumerate(_from_the_top(scores, roles or {}), 1)
    ]
    for part in parts:
        part.names = {} if part.drums else names_of(part.grid.score, state)
        part.words = words_of((lyrics or {}).get(part.name, ()), part.grid)
    root = Element("score-partwise", version="4.0")
    _head(root, state, title)
    _part_list(root, parts)
    for part in parts:
        element = SubElement(root, "part", id=f"P{part.number}")
        for bar, voices in enumerate(part.laid.bars(state)):
            _Measure(element, state, part, bar).write(voices)
    indent(root, " ")
    return (_DOCTYPE + tostring(root, encoding="unicode") + "\n").encode()


def _from_the_top(scores: Mapping[str, Score], roles: Mapping[str, str]) -> list[str]:
    kinds = list(KINDS)
    names = ordered(list(scores))
    return sorted(names, key=lambda name: -kinds.index(kind_of(roles.get(name, name))))


def _part(
    number: int,
    name: str,
    role: str,
    score: Score,
    state: GlobalState,
    programs: Mapping[str, int],
    lead_sheet: bool,
) -> _Part:
    kind = kind_of(role)
    drums = kind == "drums"
    grid = gridded(score, state, drums)
    program = programs.get(name, KINDS[kind].program)
    return _Part(name, number, drums, program, laid(grid, drums, kind == "harmony", lead_sheet), grid)


def _text(parent: Element, tag: str, content: object, /, **attributes: str) -> Element:
    """An element with a text, without signs that XML cannot hold."""
    element = SubElement(parent, tag, attributes)
    element.text = "".join(sign for sign in str(content) if sign.isprintable())
    return element


def _head(root: Element, state: GlobalState, title: str) -> None:
    if title:
        _text(SubElement(root, "work"), "work-title", title)
    identification = SubElement(root, "identification")
    _text(SubElement(identification, "encoding"), "software", "Stemwright")
    ours = SubElement(identification, "miscellaneous")
    swing = swing_of(state)  # MusicXML 4.0 has an element for it, at which programs for 3.1 complain
    swung = swing_text(swing) if swing != STRAIGHT else ""
    for name, text in (("key", str(state.key)), ("style", state.style), (SWING, swung)):
        if text:
            _text(ours, "miscellaneous-field", text, name=name)


def _part_list(root: Element, parts: Sequence[_Part]) -> None:
    listed = SubElement(root, "part-list")
    melodic = 0
    for part in parts:
        item = SubElement(listed, "score-part", id=f"P{part.number}")
        _text(item, "part-name", part.name)
        pitches = sorted({note.pitch for note in part.grid.score.notes}) if part.drums else [None]
        for pitch in pitches:
            instrument = SubElement(item, "score-instrument", id=_instrument(part, pitch))
            _text(instrument, "instrument-name", part.name)
        channel = _DRUM_CHANNEL if part.drums else _MELODIC[melodic % len(_MELODIC)]
        melodic += not part.drums
        for pitch in pitches:
            midi = SubElement(item, "midi-instrument", id=_instrument(part, pitch))
            _text(midi, "midi-channel", channel)
            _text(midi, "midi-program", part.program + 1)
            if pitch is not None:
                _text(midi, "midi-unpitched", pitch + 1)


def _instrument(part: _Part, pitch: int | None) -> str:
    return f"P{part.number}-I{1 if pitch is None else pitch + 1}"


class _Measure:
    """One bar of one part."""

    def __init__(self, parent: Element, state: GlobalState, part: _Part, bar: int) -> None:
        self.element = SubElement(parent, "measure", number=str(bar + 1))
        self.state, self.part, self.bar = state, part, bar
        self.start, self.end = state.bar_tick(bar), state.bar_tick(bar + 1)

    def write(self, voices: list[tuple[Voice, list[Value]]]) -> None:
        """Everything in the order in which it is read."""
        self._attributes()
        if self.part.number == 1:
            self._directions()
        accidentals = self._accidentals(voices)
        for index, (voice, values) in enumerate(voices):
            if index:
                _text(SubElement(self.element, "backup"), "duration", self.end - self.start)
            for value in values:
                if self.part.number == 1 and not index:
                    self._harmonies(value)
                self._value(voice, value, accidentals, rest=len(values) == 1)
        if self.bar == self.state.bars - 1:
            barline = SubElement(self.element, "barline", location="right")
            _text(barline, "bar-style", "light-heavy")

    def _attributes(self) -> None:
        meter = self.state.meter_of(self.bar)
        changed = not self.bar or meter != self.state.meter_of(self.bar - 1)
        if not changed:
            return
        attributes = SubElement(self.element, "attributes")
        if not self.bar:
            _text(attributes, "divisions", PPQ)
            key = SubElement(attributes, "key")
            _text(key, "fifths", 0 if self.part.drums else signature_of(self.state.key)[0])
            if not self.part.drums:
                _text(key, "mode", self.state.key.mode)
        time = SubElement(attributes, "time")
        _text(time, "beats", meter.n)
        _text(time, "beat-type", meter.d)
        if self.bar:
            return
        clefs = self.part.laid.clefs
        if len(clefs) > 1:
            _text(attributes, "staves", len(clefs))
        for number, clef in enumerate(clefs, 1):
            element = SubElement(attributes, "clef", {"number": str(number)} if len(clefs) > 1 else {})
            _text(element, "sign", clef.sign)
            if clef.sign != "percussion":
                _text(element, "line", clef.line)
            if clef.octave:
                _text(element, "clef-octave-change", clef.octave)

    def _directions(self) -> None:
        _, section, inside = self.state.section_of_bar(self.bar)
        if not inside:
            _text(self._direction(), "rehearsal", section.name)
        tempos = dict(((0, self.state.bpm), *self.state.tempos))
        if self.bar in tempos:
            bpm = bpm_text(tempos[self.bar])
            metronome = SubElement(self._direction(), "metronome")
            _text(metronome, "beat-unit", "quarter")
            _text(metronome, "per-minute", bpm)
            self._sound(tempo=bpm)
        swing = swing_of(self.state)
        if not self.bar and swing != STRAIGHT:
            _text(self._direction(), "words", "Swing")

    def _direction(self) -> Element:
        direction = SubElement(self.element, "direction", placement="above")
        return SubElement(direction, "direction-type")

    def _sound(self, **attributes: str) -> Element:
        """The <sound> of the direction that was begun last."""
        return SubElement(self.element.findall("direction")[-1], "sound", attributes)

    def _harmonies(self, value: Value) -> None:
        """The chords that begin with a value, or within it."""
        chords, lines = self.state.chords, self.state.lines
        if not chords:
            return
        for beat in range(lines.beat(self.bar), lines.beat(self.bar + 1)):
            tick = lines.beat_tick(beat)
            if value.start <= tick < value.end and (not beat or chords[beat] != chords[beat - 1]):
                self._harmony(chords[beat], tick - value.start)

    def _harmony(self, chord: Chord | None, offset: int) -> None:
        element = SubElement(self.element, "harmony", {"print-frame": "no"})
        if chord is None:
            SubElement(element, "function")  # a root, even one without text, is printed by some programs
            _text(element, "kind", "none", text=NO_CHORD)
        else:
            _note_name(SubElement(element, "root"), "root", chord.root)
            kind, degrees = chord_kind(chord.quality)
            _text(element, "kind", kind, text=chord.quality)
            if chord.bass is not None:
                _note_name(SubElement(element, "bass"), "bass", chord.bass)
            for degree in degrees:
                item = SubElement(element, "degree", {"print-object": "no"})
                _text(item, "degree-value", degree.value)
                _text(item, "degree-alter", degree.alter)
                _text(item, "degree-type", degree.type)
        if offset:
            _text(element, "offset", offset)

    def _accidentals(self, voices: list[tuple[Voice, list[Value]]]) -> dict[tuple[str, int, int], int]:
        """(voice, tick, pitch) -> the alteration printed before that note, where one is."""
        out: dict[tuple[str, int, int], int] = {}
        if self.part.drums:
            return out
        fifths = signature_of(self.state.key)[0]
        for staff in range(1, len(self.part.laid.clefs) + 1):
            printed = sorted(
                (value.start, voice.name, note.pitch, note)
                for voice, values in voices
                if voice.staff == staff
                for value in values
                for note in value.notes
            )
            names = [(self.part.names[note], note.onset < start) for start, _, _, note in printed]
            for (start, voice_name, pitch, _), alter in zip(printed, shown(names, fifths), strict=True):
                if alter is not None:
                    out[voice_name, start, pitch] = alter
        return out

    def _value(
        self, voice: Voice, value: Value, accidentals: Mapping[tuple[str, int, int], int], rest: bool
    ) -> None:
        """The notes of a value, or its rest (`rest`: which is the whole bar)."""
        for index, note in enumerate(value.notes or (None,)):
            element = SubElement(self.element, "note")
            if note is not None:
                element.set("dynamics", f"{note.velocity * 100 / _FORTE:.2f}")
            if index:
                SubElement(element, "chord")
            self._pitch(element, note, whole=rest)
            _text(element, "duration", value.end - value.start)
            ties = [] if note is None else _ties(value, note)
            for tie in ties:
                SubElement(element, "tie", type=tie)
            if self.part.drums and note is not None:
                SubElement(element, "instrument", id=_instrument(self.part, note.pitch))
            _text(element, "voice", voice.name)
            if note is not None or not rest:
                self._type(element, value)
            alter = None if note is None else accidentals.get((voice.name, value.start, note.pitch))
            if alter is not None:
                _text(element, "accidental", ACCIDENTALS[alter])
            if value.triplet:
                modification = SubElement(element, "time-modification")
                _text(modification, "actual-notes", 3)
                _text(modification, "normal-notes", 2)
            if self.part.drums and note is not None:
                _text(element, "stem", "down" if voice.name == FEET else "up")
                head = place_of(note.pitch).head
                if head != "normal":
                    _text(element, "notehead", head)
            if len(self.part.laid.clefs) > 1:
                _text(element, "staff", voice.staff)
            self._notations(element, value, ties, first=not index)
            if note is not None and not index and note.onset == value.start and voice.name == "1":
                self._lyric(element, value.start)

    def _pitch(self, element: Element, note: Note | None, whole: bool) -> None:
        if note is None:
            SubElement(element, "rest", {"measure": "yes"} if whole else {})
        elif self.part.drums:
            place = place_of(note.pitch)
            unpitched = SubElement(element, "unpitched")
            _text(unpitched, "display-step", place.step)
            _text(unpitched, "display-octave", place.octave)
        else:
            name = self.part.names[note]
            pitch = SubElement(element, "pitch")
            _text(pitch, "step", name.step)
            if name.alter:
                _text(pitch, "alter", name.alter)
            _text(pitch, "octave", name.octave)

    def _type(self, element: Element, value: Value) -> None:
        _text(element, "type", value.type)
        if value.dotted:
            SubElement(element, "dot")

    def _notations(self, element: Element, value: Value, ties: Sequence[str], first: bool) -> None:
        tuplets = [kind for kind, is_so in (("start", value.first), ("stop", value.last)) if is_so and first]
        if not ties and not tuplets:
            return
        notations = SubElement(element, "notations")
        for tie in ties:
            SubElement(notations, "tied", type=tie)
        for kind in tuplets:
            SubElement(notations, "tuplet", type=kind)

    def _lyric(self, element: Element, tick: int) -> None:
        if tick in self.part.words:
            text, kind = self.part.words[tick]
            lyric = SubElement(element, "lyric", number="1")
            _text(lyric, "syllabic", kind)
            _text(lyric, "text", text)


def _ties(value: Value, note: Note) -> list[str]:
    """The ties of a note in a value, what ends first."""
    ends, begins = note.onset < value.start, note.end > value.end
    return [kind for kind, is_so in (("stop", ends), ("start", begins)) if is_so]


def _note_name(parent: Element, what: str, name: str) -> None:
    _text(parent, f"{what}-step", name[0])
    alter = name.count("#") - name[1:].count("b")
    if alter:
        _text(parent, f"{what}-alter", alter)
