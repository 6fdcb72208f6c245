"""The bars of pieces as sixteenths of a pattern, and how busy each is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from stemwright.compose.form import LEVEL, family
from stemwright.compose.grid import STEP, Grid, grid_of
from stemwright.compose.plan import step_ticks
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.piece import Piece
from stemwright.song.score import PPQ, Note, Score

_INSIDE = {6: (0, 2, 4, 5), 4: (0, 1, 2, 3), 3: (0, 1, 2), 2: (0, 2), 1: (0,)}
"""The places in a quarter of a pattern that the steps of a pulse fall on; of six steps four are told."""
_STRAIGHT = 0.515
"""Swing under which eighths are straight."""
_EARLIEST, _LATEST = 0.44, 0.74


@dataclass(frozen=True, slots=True)
class Struck:
    """A note in its bar: step of the bar, sixteenths that it sounds, the note, ticks that it comes late."""

    step: int
    length: int
    note: Note
    late: int


@dataclass(frozen=True)
class Heard:
    """A piece with its swing (where second eighths fall in a quarter)."""

    piece: Piece
    swing: Fraction
    _found: dict[str, dict[int, list[Struck]]] = field(default_factory=dict)

    def bars_of(self, layer: str) -> Mapping[int, list[Struck]]:
        """What a layer strikes in each bar, in order."""
        if layer not in self._found:
            self._found[layer] = self._struck(self.piece.scores.get(layer, Score()))
        return self._found[layer]

    def _struck(self, score: Score) -> dict[int, list[Struck]]:
        state = self.piece.state
        out: dict[int, list[Struck]] = {}
        ticks = {meter: step_ticks(grid_of(meter), self.swing) for meter in self._meters}
        for note in score.notes:
            bar = state.bar_of_tick(note.onset)
            inside = note.onset - state.bar_tick(bar)
            places = ticks[state.meter_of(bar)]
            step = min(range(len(places)), key=lambda at: (abs(places[at] - inside), at))
            late = inside - places[step]
            if step == len(places) - 1:  # nearer to the next bar
                bar, step = bar + 1, 0
            if bar < state.bars:
                length = max(1, (note.duration + STEP // 3) // STEP)
                out.setdefault(bar, []).append(Struck(step, length, note, late))
        return out

    @property
    def _meters(self) -> set[Meter]:
        state = self.piece.state
        return {state.meter, *(meter for _, meter in state.meters)}

    def lowest(self, layer: str) -> Mapping[int, int]:
        """The lowest pitch that a layer has of each pitch class."""
        notes = self.piece.scores.get(layer, Score()).notes
        return {note.pitch % 12: note.pitch for note in sorted(notes, key=lambda note: -note.pitch)}

    def grid(self, bar: int) -> Grid:
        """The grid of a bar."""
        return grid_of(self.piece.state.meter_of(bar))

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """How busy each bar is: by its section's name where that says it; else by what sounds, four bars by
        four.
        """
        state = self.piece.state
        named = any(family(section.name) for section in state.sections)
        if named:
            names = [section.name for section in state.sections for _ in range(section.bars)]
            return tuple(LEVEL.get(family(name), "verse") for name in names)
        blocks = [self._loudness(first) for first in range(0, state.bars, 4)]
        ranked = sorted(blocks)
        low, high = ranked[len(ranked) // 6], ranked[len(ranked) * 2 // 3]
        found = ["sparse" if b <= low < high else "chorus" if b >= high > low else "verse" for b in blocks]
        return tuple(found[bar // 4] for bar in range(state.bars))

    def _loudness(self, first: int) -> int:
        """The velocities of all that begins in four bars."""
        bars = range(first, min(first + 4, self.piece.state.bars))
        layers = self.piece.scores
        total = sum(
            s.note.velocity for name in layers for bar in bars for s in self.bars_of(name).get(bar, ())
        )
        return total // max(1, len(bars))

    @cached_property
    def ends(self) -> frozenset[int]:
        """The last bars of sections."""
        out, bar = set(), 0
        for section in self.piece.state.sections:
            bar += section.bars
            out.add(bar - 1)
        return frozenset(out)


def hear(piece: Piece) -> Heard:
    """A piece with the swing that it is found to have."""
    return Heard(piece, swing_of(piece))


def swing_of(piece: Piece) -> Fraction:
    """Where second eighths fall, in hundredths of a quarter: the middle of those that the drums play, or all
    layers where these tell little; 1/2 where they are straight or the meter counts in eighths.
    """
    if piece.state.meter.d > 4:
        return Fraction(1, 2)
    drums = [note for name, score in piece.scores.items() if is_drums(name) for note in score.notes]
    everything = [note for score in piece.scores.values() for note in score.notes]
    for notes in (drums, everything):
        places = _second_eighths(notes)
        if len(places) >= 16:
            middle = sum(places[len(places) // 4 : -len(places) // 4]) / len(
                places[len(places) // 4 : -len(places) // 4]
            )
            return Fraction(1, 2) if middle < _STRAIGHT else Fraction(min(75, round(100 * middle)), 100)
    return Fraction(1, 2)


def _second_eighths(notes: Sequence[Note]) -> list[float]:
    """Places of second eighths in their quarters, rising: of quarters that have one onset there and none in
    the sixteenths beside it.
    """
    quarters: dict[int, set[int]] = {}
    for note in notes:
        quarters.setdefault((note.onset + STEP // 2) // PPQ, set()).add(note.onset)
    out: list[float] = []
    for quarter, onsets in quarters.items():
        inside = [(onset - quarter * PPQ) / PPQ for onset in onsets]
        middle = [place for place in inside if place > 0.15]
        if (
            middle
            and all(_EARLIEST <= place <= _LATEST for place in middle)
            and max(middle) - min(middle) < 0.1
        ):
            out.append(sum(middle) / len(middle))
    return sorted(out)


def cells_of(grid: Grid, step: int) -> int | None:
    """The mark of a 16-mark bar that a step of another bar is; None for one that a pattern cannot tell. A bar
    of three pulses lies on the first, second and last quarter, one of two on the first half.
    """
    pulses = grid.pulses
    number = max(index for index, pulse in enumerate(pulses) if pulse.start <= step)
    inside = step - pulses[number].start
    places = _INSIDE[pulses[number].length]
    if inside not in places:
        return None
    offset = (
        places.index(inside)
        if pulses[number].length > 3
        else inside
        if pulses[number].length == 3
        else inside * 2
    )
    quarter = (
        "ABCD".index({"T": "C"}.get(pulses[number].role, pulses[number].role)) if len(pulses) > 2 else number
    )
    return 4 * quarter + offset
