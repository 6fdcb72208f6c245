"""Does a bar keep to what was asked? Read off the notes alone, with nothing of the composer's own rules."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stemwright.assess.infilling.requests import Rules
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord
from stemwright.song.layers import is_drums
from stemwright.song.score import Note
from stemwright.song.state import GlobalState

KINDS = ("range", "scale", "chord tones on beats", "voices", "rhythm", "silence", "place")
NEAR = 4
"""Ticks from a beat that a note beside the grid may lie and be on it."""

Chords = Sequence[Chord | None]


@dataclass
class Outcome:
    """What came of all requests. `wrong`: refusals that should not be, or do not say why; `faults`: words
    that lead back to the request.
    """

    answered: int = 0
    refused: int = 0
    notes: int = 0
    bars: int = 0
    chords: int = 0
    outside: int = 0
    changed: int = 0
    wrong: int = 0
    checked: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.broken.total() or self.changed or self.wrong)

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "checked": dict(self.checked), "broken": dict(self.broken)}


def digest(events: Iterable[object]) -> str:
    """SHA-256 of notes or chords."""
    return hashlib.sha256(repr([str(event) for event in events]).encode()).hexdigest()


def on_beat(tick: int, state: GlobalState) -> int | None:
    """The beat (from the song's begin) that a tick is on, within its bar; None beside all."""
    size, bar = state.meter.ticks_per_beat, state.meter.ticks_per_bar
    beat = (tick + NEAR) // size
    near = -NEAR <= tick - beat * size < NEAR
    return beat if near and beat * size // bar == tick // bar else None


def tones(beat: int | None, chords: Chords) -> set[int] | None:
    """The pitch classes of the chord of a beat; None where any may sound."""
    chord = chords[beat] if beat is not None and beat < len(chords) else None
    return None if chord is None else tones_of(chord)


def tones_of(chord: Chord) -> set[int]:
    """Its pitch classes, the bass among them."""
    return {*chord.pitch_classes, chord.bass_pc}


def check(
    rules: Rules,
    written: Sequence[Note],
    stands: Sequence[Note],
    bars: frozenset[int],
    state: GlobalState,
    chords: Chords,
) -> tuple[Counter[str], Counter[str]]:
    """By kind: how often a rule was checked, and how often it was broken. `written`: the notes of `bars`;
    `stands`: the layer's others; `chords`: by beat, () where there are none.
    """
    made, broken = Counter[str](), Counter[str]()

    def say(kind: str, good: bool) -> None:
        made[kind] += 1
        broken[kind] += not good

    for note in written:
        inside = note.onset // state.meter.ticks_per_bar in bars and note.end <= state.total_ticks
        say("place", inside)
        if (rules.low, rules.high) != (0, 127):
            say("range", rules.low <= note.pitch <= rules.high)
        if rules.scale is not None:
            say("scale", note.pitch % 12 in rules.scale)
        allowed = tones(on_beat(note.onset, state), chords) if rules.on_beats else None
        if allowed is not None:
            say("chord tones on beats", note.pitch % 12 in allowed)
        if rules.silent:
            say("silence", not any(note.onset < last and note.end > first for first, last in rules.silent))
    if rules.voices is not None:
        for note in written:
            say("voices", most_during(note, [*written, *stands]) <= rules.voices)
    if rules.rhythm is not None:
        say("rhythm", {note.onset for note in written} == rules.rhythm)
    return made, broken


def most_during(note: Note, notes: Sequence[Note]) -> int:
    """How many notes sound at once at most while one does."""
    near = [n for n in notes if n.onset < note.end and n.end > note.onset]
    begins = {note.onset, *(n.onset for n in near if n.onset > note.onset)}
    return max(sum(n.onset <= tick < n.end for n in near) for tick in begins)


def contradictions(
    layer: str, rules: Rules, stands: Sequence[Note], state: GlobalState, chords: Mapping[int, Chord | None]
) -> list[tuple[str, ...]]:
    """Which rules cannot be met together, in the words that a refusal has to name. `chords`: by beat, of the
    bars whose chords are known.
    """
    found: list[tuple[str, ...]] = []
    span = set(range(rules.low, rules.high + 1))
    found += [("range",)] * (not 0 <= rules.low <= rules.high <= 127)
    found += [("voices",)] * (rules.voices is not None and rules.voices < 1)
    found += [("silence",)] * any(first >= last for first, last in rules.silent)
    plain = {p for p in span if rules.scale is None or p % 12 in rules.scale}
    found += [("scale", "range")] * (bool(span) and not plain)
    if is_drums(layer):
        plain &= set(PIECE_PITCH.values())
    for tick in rules.rhythm or ():
        beat = on_beat(tick, state)
        chord = chords.get(beat) if beat is not None and rules.on_beats else None
        fitting = (
            plain if chord is None else {p for p in plain if p % 12 in (*chord.pitch_classes, chord.bass_pc)}
        )
        held = sum(n.onset <= tick < n.end for n in stands)
        found += [("rhythm", "silence")] * any(first <= tick < last for first, last in rules.silent)
        found += [("rhythm", "range", *(("chord",) * (chord is not None)))] * (not fitting)
        found += [("rhythm", "voices")] * (rules.voices is not None and held >= rules.voices)
    return found
