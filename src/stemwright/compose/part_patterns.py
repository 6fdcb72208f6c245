"""How the further chord parts choose and play patterns: one a section's material, that which leaves most to
the harmony; struck again where a held chord changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stemwright.compose.ensemble import Seat
from stemwright.compose.feel import loudness, place, sounding
from stemwright.compose.leading import lead
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan
from stemwright.compose.spans import restruck
from stemwright.compose.streams import Stream
from stemwright.compose.style import Comp
from stemwright.compose.voicing import Manner, Voicing
from stemwright.song.harmony import Chord
from stemwright.song.score import Note

Book = Mapping[str, Sequence[Comp]]
"""Patterns by level."""
HELD = Comp("x---------------")


def book_of(seat: Seat, usual: Book) -> Book:
    """The style's patterns for the seat's writer, where it brings some; else the usual ones."""
    return seat.plan.style.parts.get(seat.part.writer) or usual


def comp_of(seat: Seat, bar: BarPlan, book: Book) -> Comp | None:
    """The pattern of a bar: of two that are drawn for its section's material, that which strikes less with
    the harmony; None where the book has none for its level.
    """
    comps = book.get(bar.level) or book.get("verse")
    if not comps:
        return None
    stream = seat.material_stream(bar, "comp")
    first = bar.index - bar.bar
    heard = [seat.onsets("harmony", other) for other in seat.plan.bars[first : first + min(4, bar.bars)]]
    drawn = [stream.pick(comps) for _ in range(2)]
    return min(drawn, key=lambda comp: _doubled(seat, comp, bar, heard))


def _doubled(seat: Seat, comp: Comp, bar: BarPlan, heard: Sequence[Mapping[int, object]]) -> int:
    """How often in a hundred a pattern strikes where the harmony does."""
    struck = [
        (hit.step in onsets)
        for number, onsets in enumerate(heard)
        for hit in fit(comp.pattern, bar.grid, number, seat.plan.style.triple)
    ]
    return 100 * sum(struck) // max(1, len(struck))


def hits_of(seat: Seat, bar: BarPlan, comp: Comp) -> list[Hit]:
    """A pattern's notes in a bar, struck again where a held chord changes; in the last bar one held."""
    if bar.final and bar.index:
        written: tuple[Hit, ...] = (Hit(0, bar.grid.steps, "x"),)
    else:
        written = fit(comp.pattern, bar.grid, bar.bar, seat.plan.style.triple, comp.how == "arp")
    return restruck(bar, written)


def next_voicing(seat: Seat, chord: Chord, before: Voicing, centre: int) -> Voicing:
    """The close voicing of a chord about a height that leads on best from `before`, () at the start."""
    voices = max(3, min(4, len(chord.pitch_classes)))
    return lead((chord,), before, Manner("close", voices, centre), seat.plan.key, (0,))[0]


def struck(
    seat: Seat, bar: BarPlan, hit: Hit, pitches: Voicing, stream: Stream, gate: int, trim: int
) -> list[Note]:
    """A chord's notes, without those that would rub with what is heard. With a gate of over 100 they ring on,
    as far as the chord goes.
    """
    onset = place(seat.plan, bar, hit.step, stream, seat.part.kind)
    end = max(onset + 12, sounding(seat.plan, bar, hit.step, hit.length, gate))
    steps = range(hit.step + 1, bar.grid.steps)
    change = next((s for s in steps if bar.chords[s] != bar.chords[hit.step]), bar.grid.steps)
    end = max(onset + 6, min(end, bar.start + bar.ticks[change]))
    velocity = loudness(hit.level, bar, hit.step, stream, trim)
    return [Note(onset, end - onset, pitch, velocity) for pitch in seat.clean(pitches, onset, end)]
