"""How pitches are spelled: as the chord has them, else as the key has; and which accidentals are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stemwright.notation.chord_symbols import STEPS
from stemwright.song.harmony import Chord, Key
from stemwright.song.pitch import fifths_of, name_at, pitch_class
from stemwright.song.qualities import QUALITIES
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

_FIFTHS = {
    0: 0, 2: 2, 3: -3, 4: 4, 5: -1, 6: -6, 7: 1, 8: 8, 9: 3, 10: -2, 11: 5, 13: -5, 14: 2, 15: 9, 17: -1,
    18: 6, 20: -4, 21: 3,
}  # fmt: skip
"""Semitones above a chord's root -> places above it on the line of fifths."""
_FLATTEST, _SHARPEST = -8, 13
"""Places between which a chord's tone is spelled as the chord has it: Fb to E#, and what is near."""
_AHEAD = 8
"""Notes among which the one that follows is looked for."""
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


class Name(NamedTuple):
    """A printed pitch. `alter`: sharps, negative flats; `octave`: of the letter, 4 from middle C."""

    step: str
    alter: int
    octave: int


def names_of(score: Score, state: GlobalState) -> dict[Note, Name]:
    """The name of each note, by the chord that sounds as it begins and by the note that follows it."""
    notes = score.notes
    out = {}
    for at, note in enumerate(notes):
        later = next((n for n in notes[at + 1 : at + _AHEAD] if n.onset >= note.end), None)
        following = None if later is None else later.pitch
        out[note] = name_of(note.pitch, state.key, state.chord_at_tick(note.onset), following)
    return out


def name_of(pitch: int, key: Key, chord: Chord | None = None, following: int | None = None) -> Name:
    """The name of a pitch in a key, over a chord. One outside of both that leads a semitone on to the
    `following` pitch has the letter beside it, where that is no further than a flat second or a sharp second.
    """
    name = _in_chord(pitch % 12, chord) or key.spell(pitch % 12)
    if following is not None and abs(following - pitch) == 1 and pitch % 12 not in key.pitch_classes:
        place = fifths_of(key.spell(following % 12)) + (5 if following > pitch else -5)
        leading = _in_chord(pitch % 12, chord) is None and -5 <= place - key.fifths <= 9
        name = name_at(place) if leading else name
    alter = name.count("#") - name[1:].count("b")
    return Name(name[0], alter, (pitch - alter - STEPS[name[0]]) // 12 - 1)


def _in_chord(pc: int, chord: Chord | None) -> str | None:
    if chord is None:
        return None
    if chord.bass is not None and pitch_class(chord.bass) == pc:
        return chord.bass
    root = fifths_of(chord.root)
    for tone in QUALITIES[chord.quality]:
        if (chord.root_pc + tone) % 12 == pc:
            place = root + (-9 if tone == 9 and chord.quality == "dim7" else _FIFTHS[tone])
            return name_at(place) if _FLATTEST <= place <= _SHARPEST else None
    return None


def signature(fifths: int) -> dict[str, int]:
    """Letter -> sharps (negative: flats) that a key signature gives it."""
    found = dict.fromkeys(STEPS, 0)
    for place in range(abs(fifths)):
        found["FCGDAEB"[place] if fifths > 0 else "BEADGCF"[place]] += 1 if fifths > 0 else -1
    return found


def shown(names: Iterable[tuple[Name, bool]], fifths: int) -> list[int | None]:
    """What is printed before each note of a bar on one staff, in order: an alteration, or None. The flag:
    whether the note is tied from the one before, so that nothing is printed.
    """
    usual = signature(fifths)
    now: dict[tuple[str, int], int] = {}
    out: list[int | None] = []
    for name, tied in names:
        place = name.step, name.octave
        needed = name.alter != now.get(place, usual[name.step])
        out.append(name.alter if needed and not tied else None)
        if not tied:
            now[place] = name.alter
    return out
