"""Held parts: pads, strings and choirs in open voicings, and a sub bass under the bass."""

from __future__ import annotations

from stemwright.compose.ensemble import FULL, Seat
from stemwright.compose.feel import finish, loudness, one_voice, sounding
from stemwright.compose.grid import STEP
from stemwright.compose.part_patterns import HELD, Book, book_of, comp_of, hits_of, next_voicing, struck
from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan
from stemwright.compose.silence import hushed
from stemwright.compose.voicing import Voicing
from stemwright.song.harmony import Chord
from stemwright.song.score import PPQ, Note, Score

_BOOK: Book = {"verse": (HELD,)}
_HIGH = 70
"""Around this pitch strings and choirs play; pads lie lower, under what the harmony plays."""
_SUB = 28
_LONGEST = 16 * PPQ
"""Ticks that a voice is held without being struck again."""


def _centre(seat: Seat, bar: BarPlan) -> int:
    return (62 if seat.name.startswith("pad") else _HIGH) + (bar.energy > 7)


def opened(stack: Voicing) -> Voicing:
    """A close voicing spread out: the voice next to the top an octave lower (drop two)."""
    return tuple(sorted((*stack[:-2], stack[-2] - 12, stack[-1])))


def _held(seat: Seat, bar: BarPlan, stack: Voicing) -> Voicing:
    """All voices where the part plays wholly; else the outer ones and no more."""
    return stack if seat.presence(bar, book_of(seat, _BOOK)) == FULL else (stack[0], *stack[-2:])


def write_pad(seat: Seat) -> Score:
    """Chords held as long as they stand, each voice near to where it was; louder from bar to bar."""
    notes: list[Note] = []
    before: Voicing = ()
    begun: dict[str, Voicing] = {}
    last: dict[int, int] = {}
    book = book_of(seat, _BOOK)
    for bar in seat.plan.bars:
        if bar.first:
            before = begun.setdefault(bar.material, before)
        comp = comp_of(seat, bar, book)
        if comp is None or not seat.presence(bar, book):
            continue
        stream = seat.bar_stream(bar, "feel")
        for hit in hits_of(seat, bar, comp):
            chord = bar.chords[hit.step]
            if chord is None:
                continue
            before = next_voicing(seat, chord, before, _centre(seat, bar))
            swell = (bar.bar + 1) * 12 // bar.bars - 8
            gate = 60 if comp.how == "stab" else 100
            fresh = struck(seat, bar, hit, _held(seat, bar, opened(before)), stream, gate, swell - 10)
            goes_on = hit.step == 0 or chord != bar.chords[hit.step - 1]
            _add(notes, fresh, last, goes_on)
    return finish(hushed(notes, seat.plan.silent), seat.plan.total_ticks)


def _add(notes: list[Note], fresh: list[Note], last: dict[int, int], goes_on: bool) -> None:
    """Join what is struck to the notes; where it `goes_on` from the chord before, voices that stay on their
    pitch sound on, for so long at most. `last`: pitch -> its last note's place among the notes.
    """
    for note in fresh:
        at = last.get(note.pitch)
        if at is not None and goes_on and _tied(notes[at], note):
            old = notes[at]
            notes[at] = Note(old.onset, note.end - old.onset, old.pitch, old.velocity)
        else:
            last[note.pitch] = len(notes)
            notes.append(note)


def _tied(old: Note, note: Note) -> bool:
    return abs(note.onset - old.end) <= STEP // 2 and note.end - old.onset <= _LONGEST


def write_sub(seat: Seat) -> Score:
    """The root of every chord, held in the lowest octave."""
    notes: list[Note] = []
    for bar in seat.plan.bars:
        if not seat.presence(bar):
            continue
        stream = seat.bar_stream(bar, "feel")
        for hit in hits_of(seat, bar, HELD):
            chord = bar.chords[hit.step]
            if chord is not None:
                notes += _root(seat, bar, hit, chord, loudness(1, bar, hit.step, stream, 6))
    return one_voice(finish(hushed(notes, seat.plan.silent), seat.plan.total_ticks))


def _root(seat: Seat, bar: BarPlan, hit: Hit, chord: Chord, velocity: int) -> list[Note]:
    """The root, as far as nothing that is heard rubs with it: the bass may lead on beside it."""
    pitch = _SUB + (chord.bass_pc - _SUB) % 12
    start = bar.start + bar.ticks[hit.step]
    end = sounding(seat.plan, bar, hit.step, hit.length, 98)
    end = next((tick for tick in range(start, end, STEP) if seat.rubs(pitch, tick, tick + STEP)), end)
    return [Note(start, end - start, pitch, velocity)] if end > start else []
