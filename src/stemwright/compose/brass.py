"""Brass: close chords in short figures. It answers the lead in its gaps, hits with the drums' fills and where
a full section begins.
"""

from __future__ import annotations

from stemwright.compose.ensemble import FULL, Seat
from stemwright.compose.feel import finish
from stemwright.compose.part_patterns import Book, book_of, comp_of, hits_of, next_voicing, struck
from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan
from stemwright.compose.silence import hushed
from stemwright.compose.style import Comp
from stemwright.compose.voicing import Voicing
from stemwright.song.score import Note, Score

_BOOK: Book = {
    "verse": (
        Comp("........x.x-....", "stab"),
        Comp("..........x.X-..", "stab"),
        Comp("......x...x-....", "stab"),
        Comp("............x.x.", "stab"),
    ),
    "chorus": (
        Comp("X-......x.x-....", "stab"),
        Comp("X.....x...x.X-..", "stab"),
        Comp("..x-..x-....x.X-", "stab"),
        Comp("X---........x.x.", "stab"),
    ),
}
_CENTRE = 67
_HELD = 4
"""Steps after which a note of the lead has had its say."""
_MOST = 4
"""Blows at the end of a section."""


def write_brass(seat: Seat) -> Score:
    """The score of a brass section."""
    notes: list[Note] = []
    before: Voicing = ()
    begun: dict[str, Voicing] = {}
    book = book_of(seat, _BOOK)
    for bar in seat.plan.bars:
        if bar.first:
            before = begun.setdefault(bar.material, before)
        presence = seat.presence(bar, book)
        comp = comp_of(seat, bar, book)
        if not presence or comp is None:
            continue
        stream = seat.bar_stream(bar, "feel")
        for hit in _figure(seat, bar, comp, presence == FULL):
            ahead = seat.plan.chord_ahead(bar, hit.step) if hit.mark == "n" else None
            chord = ahead or bar.chords[hit.step]
            if chord is None:
                continue
            before = next_voicing(seat, chord, before, _CENTRE)
            gate = 92 if hit.length > 2 else 70
            blown = struck(seat, bar, hit, before, stream, gate, -4)
            notes += blown if len(blown) > 1 else []
    return finish(hushed(notes, seat.plan.silent), seat.plan.total_ticks)


def _figure(seat: Seat, bar: BarPlan, comp: Comp, full: bool) -> list[Hit]:
    """What a bar plays of its pattern, and what its section's end or beginning adds."""
    if bar.final:
        return hits_of(seat, bar, comp)
    written = [hit for hit in hits_of(seat, bar, comp) if _free(seat, bar, hit, full)]
    if not full and bar.bar % 2 == 0:  # lightly: an answer every other bar
        written = []
    if full and bar.bar % 4 == 2:  # a breath
        written = [hit for hit in written if hit.step >= _ending(bar)]
    if full and bar.first and all(hit.step for hit in written):
        written = [Hit(0, min(3, bar.grid.steps), "X"), *(hit for hit in written if hit.step > 3)]
    return [*(hit for hit in written if hit.step < _ending(bar)), *_fill(seat, bar)] if bar.last else written


def _ending(bar: BarPlan) -> int:
    return bar.grid.halves() or bar.grid.steps


def _free(seat: Seat, bar: BarPlan, hit: Hit, full: bool) -> bool:
    """Whether the lead leaves room for a blow: it strikes nothing with it, and lightly nothing for a quarter
    before.
    """
    if hit.mark == "X" and full:
        return True
    before = 1 if full else _HELD
    lead = seat.onsets("lead", bar)
    return not any(step in lead for step in range(hit.step + 1 - before, hit.step + 2))


def _fill(seat: Seat, bar: BarPlan) -> list[Hit]:
    """Blows with the drums' fill, on its eighths, the last ones the strongest."""
    drums = seat.onsets("drums", bar)
    steps = [
        step
        for step in range(_ending(bar), bar.grid.steps)
        if bar.grid.strengths[step] >= 1
        and any(note.pitch in (38, 45, 47, 50) and note.velocity > 55 for note in drums.get(step, ()))
    ][-_MOST:]
    return [Hit(step, 1, "X" if step == steps[-1] else "x") for step in steps]
