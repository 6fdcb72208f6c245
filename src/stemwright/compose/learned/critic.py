"""The critic: how like what people play some bars are, by counts of real music. It knows no writer.

Two figures, whole numbers, the less the better:

- *odd*: how far the bars are from the middle of real songs in what a note costs (in bits, given the notes
  before it): some real songs are plainer and some stranger, so both ends are odd. 0 is the middle, 100 an end
  that no real song reaches.
- *foreign* (drums in 4/4): how much likelier, in bits a bar, the bars are in the style that suits them best
  than in their own.

Lines are told by where in the bar a note begins, how long after the one before it, and by how many semitones
from it; chords by their top notes, basses by their lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from stemwright.compose.learned.counts import BIT, Counts
from stemwright.compose.learned.tables import Table
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.score import PPQ, Note

CRITIC = "critic"
STEP = PPQ // 4
STEPS = 16
LONGEST = 16
"""Steps after which a note is as good as the first."""
WIDEST = 12
"""Semitones beyond which all leaps are one."""
PARTS = 8
"""Parts of a bit in which the costs of real songs are kept."""
LEAST = 6
"""Notes of a line that tell enough to be judged."""
STYLE, ODD, ANY = "style", "odd", "any"

Strokes = frozenset[tuple[int, int]]
"""Of a bar in 4/4: the piece (of `DRUM_PIECES`) and the step of each."""
Seen = tuple[str, tuple[str, ...], str]
"""A subject, its contexts (the particular first) and a symbol."""


def events(notes: Sequence[Note], kind: str, bar: int) -> Iterator[Seen]:
    """What a critic hears of a part in bars of `bar` ticks, in order of time. `kind`: "drums", "bass", ..."""
    if kind == "drums":
        yield from _strokes(notes)
    else:
        yield from _line(_outer(notes, lowest=kind == "bass"), kind, bar)


def _outer(notes: Sequence[Note], lowest: bool) -> list[Note]:
    """Of notes that begin together the lowest or the highest."""
    kept: dict[int, Note] = {}
    for note in notes:
        at = (note.onset + STEP // 2) // STEP
        other = kept.get(at)
        if other is None or (note.pitch < other.pitch if lowest else note.pitch > other.pitch):
            kept[at] = note
    return [kept[at] for at in sorted(kept)]


def _line(line: Sequence[Note], kind: str, bar: int) -> Iterator[Seen]:
    gap = move = 0
    for before, note in pairwise(line):
        place = (note.onset % bar * STEPS + bar // 2) // bar % STEPS
        found = min(LONGEST, (note.onset - before.onset + STEP // 2) // STEP)
        moved = max(-WIDEST, min(WIDEST, note.pitch - before.pitch))
        start = (place - found) % STEPS
        yield f"{kind} gap", (f"{start} {gap} {move}", f"{start} {gap}", f"{start}", ""), str(found)
        yield f"{kind} move", (f"{move} {gap} {found}", f"{move} {found}", f"{move}", ""), str(moved)
        gap, move = found, moved


def _strokes(notes: Sequence[Note]) -> Iterator[Seen]:
    """Each step of each bar from the first to the last stroke: which pieces are struck, given what was struck
    a step, a beat and a bar before.
    """
    struck: dict[int, set[int]] = {}
    for note in notes:
        struck.setdefault((note.onset + STEP // 2) // STEP, set()).add(piece_of(note.pitch))
    if not struck:
        return
    first, last = min(struck) // STEPS * STEPS, max(struck) // STEPS * STEPS + STEPS
    told = {step: " ".join(map(str, sorted(pieces))) for step, pieces in struck.items()}
    for step in range(first, last):
        now, place = told.get(step, ""), step % STEPS
        last_bar, last_beat, one = (told.get(step - back, "") for back in (STEPS, 4, 1))
        contexts = (
            f"{place}:{last_bar}:{one}",
            f"{place}:{last_bar}",
            f"{place % 4}:{last_beat}",
            f"{place % 4}",
        )
        yield "drums", contexts, now


@dataclass(frozen=True, slots=True)
class Critic:
    """The critic of a table. `styles`: what grooves it knows by style."""

    table: Table

    def odd(self, notes: Sequence[Note], kind: str, bar: int) -> int:
        """How odd a part is, 0 to 100; 0 where there is too little to tell."""
        cost = self.cost(notes, kind, bar)
        real = self.table[ODD].row(kind) if ODD in self.table else {}
        total = sum(real.values())
        if cost is None or not total:
            return 0
        below = sum(count for told, count in real.items() if int(told) < cost)
        same = real.get(str(cost), 0)
        return abs(2 * below + same - total) * 100 // total

    def cost(self, notes: Sequence[Note], kind: str, bar: int) -> int | None:
        """What a note costs in the mean, in 1/8 bits; None where there is too little to tell."""
        total, seen = 0, 0
        for subject, contexts, symbol in events(notes, kind, bar):
            if subject in self.table:
                total += self.table[subject].cost(contexts, symbol)
                seen += 1
        return total * PARTS // (BIT * seen) if seen >= LEAST else None

    def foreign(self, bars: Sequence[Strokes], style: str) -> int:
        """How much likelier bars in 4/4 are in another style, in bits a bar; 0 for a style that it does not
        know.
        """
        grooves = self.table.get(STYLE)
        if grooves is None or style not in grooves.row(ANY):
            return 0
        costs = {known: _style_cost(grooves, known, bars) for known in grooves.row(ANY)}
        return (costs[style] - min(costs.values())) // (BIT * max(1, len(bars)))


def bars_of(notes: Sequence[Note]) -> Iterator[Strokes]:
    """The strokes (piece, step) of each bar of a groove in 4/4 that has some."""
    bars: dict[int, set[tuple[int, int]]] = {}
    for note in notes:
        step = (note.onset + STEP // 2) // STEP
        bars.setdefault(step // STEPS, set()).add((piece_of(note.pitch), step % STEPS))
    return (frozenset(bars[bar]) for bar in sorted(bars))


def style_events(bar: Strokes) -> Iterator[tuple[str, str]]:
    """Place and whether it is struck, of every piece and step of a bar."""
    for piece in range(len(DRUM_PIECES)):
        for step in range(STEPS):
            yield f"{piece} {step}", "1" if (piece, step) in bar else "0"


def _style_cost(grooves: Counts, style: str, bars: Sequence[Strokes]) -> int:
    return sum(_stroke(grooves, style, *seen) for bar in bars for seen in style_events(bar))


@lru_cache(maxsize=1 << 15)
def _stroke(grooves: Counts, style: str, place: str, struck: str) -> int:
    return grooves.cost((f"{style} {place}", place), struck)
