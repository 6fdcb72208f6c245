"""The rhythm of a bar of the melody, a line (`learned.lead`): as the style writes it, or as people do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemwright.compose.grid import Grid
from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.tables import Table
from stemwright.compose.patterns import fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream

_RUNS = 144
"""Beats a minute from which on a melody has no two sixteenths in a row."""
_FAST = 176
"""From which on it has no note beside the eighths."""
_BUSIEST = ((200, "1"), (132, "2"))
"""Beats a minute from which on a melody is at most so busy."""
_QUICK = 132
"""Beats a minute under which a melody is not of the least busy kind, held notes alone."""
_SHUFFLED = Fraction(14, 25)
"""Swing from which on a dotted figure is played as two swung eighths, which is what it is written for."""


@dataclass(frozen=True, slots=True)
class Span:
    """A note of a line: its step, the steps it is held in this bar and those that follow, and its mark."""

    step: int
    length: int
    mark: str


def busy(plan: SongPlan, bar: BarPlan, table: Table) -> str:
    """How busy the melody of a section is: a class of `coords.density`."""
    bpm = plan.state.bpm
    most = next((top for edge, top in _BUSIEST if bpm >= edge), "3")
    allowed = {kind for kind in "0123" if kind <= most and not (kind == "0" and bpm < _QUICK)}
    stream = plan.material_stream("lead", bar, "busy")
    drawn = table[coords.DENSITY].draw(stream, (plan.style.whose, ""), allowed) or "1"
    return min(most, str(min(3, int(drawn) + 1))) if bar.family == "solo" else drawn


def written(plan: SongPlan, bar: BarPlan, stream: Stream) -> str:
    """One of the style's own rhythms."""
    patterns = [stream.pick(plan.style.motifs) for _ in range(3)]
    counts = [sum(mark not in ".-" for mark in pattern) for pattern in patterns]
    pattern = patterns[max(range(3), key=lambda i: counts[i])] if bar.family == "solo" else patterns[0]
    marks = ["."] * bar.grid.steps
    for hit in fit(pattern, bar.grid, bar.bar, plan.style.triple, True):
        marks[hit.step : hit.step + hit.length] = [hit.mark] + ["-"] * (hit.length - 1)
    return "".join(marks)


def learned(
    plan: SongPlan,
    bar: BarPlan,
    stream: Stream,
    counts: Table,
    kind: str,
    sounds: bool,
    head: str = "",
) -> str:
    """A rhythm as melodies have it. `kind`: how busy; `head`: marks that it begins with, whole cells."""
    assert plan.state.rhythm is not None
    swing = plan.state.rhythm.swing
    grid, left = bar.grid, bar.bars - 1 - bar.bar
    cells: list[str] = []
    for pulse in grid.pulses:
        own = head[pulse.start : pulse.start + pulse.length]
        if len(own) < pulse.length:
            contexts = coords.rhythm_contexts(grid, plan.style.whose, kind, left, sounds, cells)
            own = counts[coords.RHYTHM].draw(stream, contexts) or "x" + "-" * (pulse.length - 1)
            own = playable(own, plan.state.bpm, swing)
        cells.append(own)
    return coords.sounding("".join(cells), sounds)


def playable(cell: str, bpm: Fraction, swing: Fraction) -> str:
    """A pulse's marks as they can be sung at a tempo and under a swing."""
    if len(cell) != 4:
        return cell
    if swing >= _SHUFFLED or bpm >= _FAST:
        return _first(cell[:2]) + _first(cell[2:])
    return cell.replace("xx", "x-") if bpm >= _RUNS else cell


def _first(pair: str) -> str:
    """Two sixteenths as an eighth."""
    if "x" in pair:
        return "x-"
    return pair if pair in ("--", "..") else "-."


def breathes(line: str, grid: Grid) -> bool:
    """Whether one can breathe in a bar: a rest of a quarter, or a note held for half of the bar."""
    rest = min(4, max(1, grid.steps // 3))
    held = "-" * (max(2, grid.steps // 2) - 1)
    return "." * rest in line or held in line


def closing(line: str, grid: Grid, rest: bool) -> str:
    """The line of a phrase's end: its first half, the last note of it held; `rest`: and a breath."""
    until = grid.halves() or grid.steps - 1
    early = [step for step in range(grid.steps) if line[step] not in ".-" and step <= until]
    last = early[-1] if early else 0
    end = max(last + 1, grid.steps * 3 // 4) if rest else grid.steps
    mark = line[last] if early else "x"
    return line[:last] + mark + "-" * (end - last - 1) + "." * (grid.steps - end)


def spans(lines: Sequence[str]) -> list[list[Span]]:
    """The notes of the lines of a section, bar by bar; held into the next bar where that says so."""
    text = "".join(lines)
    out: list[list[Span]] = []
    start = 0
    for line in lines:
        own = []
        for step, mark in enumerate(line):
            if mark not in ".-":
                end = start + step + 1
                while end < len(text) and text[end] == "-":
                    end += 1
                own.append(Span(step, end - start - step, mark))
        out.append(own)
        start += len(line)
    return out
