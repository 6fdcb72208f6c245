"""A song laid out as a lead sheet with piano rolls: pages, systems, lanes, in numbers. `picture` draws it.

Across, a system is measured in ticks; down, in inches from its top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.harmony import chord_text
from stemwright.song.layers import KINDS, kind_of, ordered
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState, bpm_text

WIDTH = 15.0
"""Inches of a system, without the names at its left."""
QUARTERS, DENSE_QUARTERS = 34, 66
"""Quarter notes that a system holds at most, where a bar is not longer; of a song that is long."""
LONG = 6 * QUARTERS
"""Quarter notes from which on a song is long."""
SYSTEMS, PAGE = 8, 200.0
"""Systems on a page, and inches that they take at most where they are more than one."""
SECTION, NUMBERS, CHORDS = 0.24, 0.16, 0.26
HEAD = SECTION + NUMBERS + CHORDS
"""Inches above the lanes: the section's name, bar numbers, chord symbols."""
GAP = 0.07
SEMITONE, SMALLEST, LARGEST = 0.032, 0.45, 1.25
"""Inches of a semitone, and of the smallest and the largest pitched lane."""
PIECE = 0.09
"""Inches of a drum piece's row."""
STROKE = PPQ // 5
"""Ticks that a drum stroke is drawn long: its own length means nothing."""
_BARS = (16, 12, 8, 6, 4, 2, 1)
_SHARP = re.compile("#")
_FLAT = re.compile(r"(?<=[A-G])b|b(?=\d)|(?<=♭)b")


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a layer of a kind stands in every system. `rows`: pitches from the top, of drums the pieces in
    use.
    """

    layer: str
    kind: str
    top: float
    height: float
    rows: tuple[int, ...]

    @property
    def drums(self) -> bool:
        """Whether its rows are drum pieces."""
        return self.kind == "drums"

    @property
    def row_height(self) -> float:
        """Inches of one row."""
        return self.height / len(self.rows)

    def y(self, pitch: int) -> float:
        """Top of the row of a pitch, in inches from the system's top."""
        row = piece_of(pitch) if self.drums else pitch
        return self.top + self.rows.index(row) * self.row_height

    def marks(self) -> Iterator[tuple[float, str]]:
        """(middle of its row, name) of every C, of drums of every piece."""
        for index, row in enumerate(self.rows):
            middle = self.top + (index + 0.5) * self.row_height
            if self.drums:
                yield middle, DRUM_PIECES[row].replace("_", " ")
            elif row % 12 == 0:
                yield middle, f"C{row // 12 - 1}"


@dataclass(frozen=True, slots=True)
class Box:
    """A note as drawn: left and right in ticks of the system, top in inches, velocity 1..127."""

    left: int
    right: int
    top: float
    velocity: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a tick of the system, with `room` ticks before the next one."""

    tick: int
    room: int
    text: str


@dataclass(frozen=True, slots=True)
class System:
    """Bars `first` to before `last` (from 0) of the song."""

    first: int
    last: int


@dataclass(frozen=True)
class Sheet:
    """A song ready to be drawn. `height`: inches of a system; `ticks`: what the longest one holds."""

    state: GlobalState
    scores: Mapping[str, Score]
    lanes: tuple[Lane, ...]
    bars_per_system: int
    height: float
    ticks: int

    def pages(self) -> list[list[System]]:
        """The systems of each page."""
        bars, size = self.state.bars, self.bars_per_system
        systems = [System(first, min(bars, first + size)) for first in range(0, bars, size)]
        each = max(1, min(SYSTEMS, int(PAGE / self.height)))
        return [systems[at : at + each] for at in range(0, len(systems), each)]

    def boxes(self, lane: Lane, system: System) -> list[Box]:
        """The notes of a lane that sound in a system, cut at its ends."""
        start, end = self.span(system)
        out = []
        for note in self.scores[lane.layer].notes:
            stop = note.onset + STROKE if lane.drums else note.end
            if note.onset < end and stop > start:
                left, right = max(note.onset, start) - start, min(stop, end) - start
                out.append(Box(left, right, lane.y(note.pitch), note.velocity))
        return out

    def chords(self, system: System) -> list[Label]:
        """The chord symbols of a system: where a chord begins, and at the system's start."""
        lines, labels = self.state.lines, []
        first, beat = lines.tick(system.first), lines.beat(system.first)
        for chord, run in groupby(self.state.chords[beat : lines.beat(system.last)]):
            at, beat = lines.beat_tick(beat) - first, beat + len(list(run))
            labels.append(Label(at, lines.beat_tick(beat) - first - at, shown_chord(chord_text(chord))))
        return labels

    def sections(self, system: System) -> list[tuple[Label, int, bool]]:
        """(label, index of its colour, whether it begins here) of the sections in a system."""
        kinds = list(dict.fromkeys(section.name for section in self.state.sections))
        out, bar, start = [], 0, self.state.bar_tick(system.first)
        for section in self.state.sections:
            first, last = max(bar, system.first), min(bar + section.bars, system.last)
            if first < last:
                left, right = self.state.bar_tick(first), self.state.bar_tick(last)
                label = Label(left - start, right - left, section.name)
                out.append((label, kinds.index(section.name), first == bar))
            bar += section.bars
        return out

    def span(self, system: System) -> tuple[int, int]:
        """First tick of a system, and the first after it."""
        return self.state.bar_tick(system.first), self.state.bar_tick(system.last)

    def bar_lines(self, system: System) -> list[tuple[int, str]]:
        """Where bars of a system begin, each with its number, and what changes there."""
        start, state, out = self.state.bar_tick(system.first), self.state, []
        changes: dict[int, list[str]] = {}
        for bar, meter in state.meters:
            changes.setdefault(bar, []).append(str(meter))
        for bar, bpm in state.tempos:
            changes.setdefault(bar, []).append(bpm_text(bpm))
        for bar in range(system.first, system.last):
            out.append((state.bar_tick(bar) - start, "  ".join([str(bar + 1), *changes.get(bar, ())])))
        return out

    def beat_lines(self, system: System) -> list[int]:
        """Where the other beats of a system begin."""
        lines, bars = self.state.lines, {self.state.bar_tick(b) for b in range(system.first, system.last)}
        ticks = map(lines.beat_tick, range(lines.beat(system.first), lines.beat(system.last)))
        start = self.state.bar_tick(system.first)
        return [tick - start for tick in ticks if tick not in bars]


def lay_out(state: GlobalState, scores: Mapping[str, Score], roles: Mapping[str, str] | None = None) -> Sheet:
    """The sheet of a song; layers without notes have no lane. `roles`: of layers whose names do not say their
    kind.
    """
    sounding = {name: score for name, score in scores.items() if score.notes}
    kinds = {name: kind_of((roles or {}).get(name, name)) for name in sounding}
    lanes: list[Lane] = []
    top = HEAD
    for name in _from_the_top(kinds):
        lanes.append(lane(name, kinds[name], top, sounding[name].notes))
        top += lanes[-1].height + GAP
    longest = max((state.meter, *(meter for _, meter in state.meters)), key=lambda meter: meter.ticks_per_bar)
    bars = min(state.bars, bars_per_system(longest, state.total_ticks > LONG * PPQ))
    ends = [state.bar_tick(bar) for bar in (*range(0, state.bars, bars), state.bars)]
    ticks = max(end - start for start, end in pairwise(ends))
    return Sheet(state, sounding, tuple(lanes), bars, top, ticks)


def lane(layer: str, kind: str, top: float, notes: Sequence[Note]) -> Lane:
    """The lane that holds some notes, one at least."""
    drums = kind == "drums"
    rows = _pieces(notes) if drums else _pitches(notes)
    height = PIECE * len(rows) if drums else min(LARGEST, max(SMALLEST, SEMITONE * len(rows)))
    return Lane(layer, kind, top, height, rows)


def bars_per_system(meter: Meter, long: bool) -> int:
    """How many bars go side by side."""
    quarters = DENSE_QUARTERS if long else QUARTERS
    return next((n for n in _BARS if n * meter.ticks_per_bar <= quarters * PPQ), 1)


def shown_chord(text: str) -> str:
    """A chord symbol with real sharps and flats."""
    return _FLAT.sub("♭", _FLAT.sub("♭", _SHARP.sub("♯", text)))


def _from_the_top(kinds: Mapping[str, str]) -> list[str]:
    """Layers as a score has them, by their kinds: drums at the bottom."""
    order = list(KINDS)
    return sorted(ordered(list(kinds)), key=lambda name: -order.index(kinds[name]))


def _pieces(notes: Sequence[Note]) -> tuple[int, ...]:
    """The drum pieces in use, cymbals on top."""
    return tuple(sorted({piece_of(note.pitch) for note in notes}, reverse=True))


def _pitches(notes: Sequence[Note]) -> tuple[int, ...]:
    """All pitches from the highest to the lowest, and one more at each end."""
    pitches = [note.pitch for note in notes]
    return tuple(range(max(pitches) + 1, min(pitches) - 2, -1))
