"""The rhythm of every bar of a section: new, as earlier bars have it, or as the section had it before."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.tables import Table
from stemwright.compose.melody import rhythm
from stemwright.compose.melody.form import Relation, ends_phrase, rests
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream

_TRIES = 4
"""Rhythms drawn for a section's first bar until one has begun by the middle of the bar."""
_SPLIT = 30
"""Percent of the bars of a return's changed part in which a long note is split, or a weak one left out."""
_ORNAMENTED = 15
"""Percent of the other bars of a return, choruses apart, that have a note more."""
_DRAWN_AGAIN = 50
"""Percent of the returns whose last bars are new."""


def lines_of(
    plan: SongPlan,
    bars: Sequence[BarPlan],
    table: Table,
    form: Sequence[Relation],
    first: Sequence[str],
) -> list[str]:
    """The line of every bar of a section. `first`: those of the section that it repeats, () for none."""
    kind = rhythm.busy(plan, bars[0], table)
    again = bars[0].occurrence > 0 and plan.choice_stream("lead", bars[-1], "again").chance(_DRAWN_AGAIN)
    out: list[str] = []
    for bar, relation in zip(bars, form, strict=True):
        sounds = bool(out) and out[-1][-1] != "."
        own = first[bar.bar] if bar.bar < len(first) else ""
        if rests(bar):
            line = "." * bar.grid.steps
        elif bar.final and bar.index:
            line = "X" + "-" * (bar.grid.steps - 1)
        elif len(own) == bar.grid.steps and (bar.kept or not again):
            line = _ornamented(plan, bar, own) if bar.kept else _varied(plan, bar, own)
        elif relation.lag and not relation.half:
            line = out[bar.bar - relation.lag]
        else:
            head = out[bar.bar - relation.lag][: bar.grid.halves()] if relation.lag else ""
            line = _new(plan, bar, table, kind, sounds, head)
        if ends_phrase(bar) and not bar.kept and not rhythm.breathes(line, bar.grid):
            line = rhythm.closing(line, bar.grid, bar.last)
        out.append(coords.sounding(line, sounds))
    return out


def _new(plan: SongPlan, bar: BarPlan, table: Table, kind: str, sounds: bool, head: str) -> str:
    stream = plan.choice_stream("lead", bar, "rhythm")
    if not stream.chance(plan.style.lead_learned):
        return rhythm.written(plan, bar, stream)
    if bar.family == "chorus" and (bar.bars - 1 - bar.bar) % 4 == 3:  # the hook's notes are long
        kind = str(max(1, int(kind) - 1))
    for _ in range(_TRIES if bar.first else 1):
        line = rhythm.learned(plan, bar, stream, table, kind, sounds, head)
        if "x" in line[: (bar.grid.halves() or bar.grid.steps - 1) + 1]:
            return line
    return rhythm.written(plan, bar, stream) if bar.first else line


def _varied(plan: SongPlan, bar: BarPlan, line: str) -> str:
    """Repeats are not exact: a long note splits in two, or a weak note falls away."""
    stream = plan.choice_stream("lead", bar, "vary")
    if not stream.chance(_SPLIT):
        return line
    steps = [step for step, mark in enumerate(line) if mark not in ".-"]
    weak = [step for step in steps if bar.grid.strengths[step] < 2]
    if weak and len(steps) > 3:
        step = stream.pick(weak)
        return line[:step] + ("-" if step and line[step - 1] != "." else ".") + line[step + 1 :]
    return _split(stream, line)


def _ornamented(plan: SongPlan, bar: BarPlan, line: str) -> str:
    """A bar that comes back, some with a note more: verses tell their story again, choruses stay."""
    stream = plan.bar_stream("lead", bar, "ornament")
    return _split(stream, line) if bar.family != "chorus" and stream.chance(_ORNAMENTED) else line


def _split(stream: Stream, line: str) -> str:
    """A line in which a soft note comes at the end of a note of a quarter or more."""
    held = [
        step for step in range(len(line) - 3) if line[step] not in ".-" and line[step + 1 : step + 4] == "---"
    ]
    if not held:
        return line
    step = stream.pick(held)
    end = step + 1
    while end < len(line) and line[end] == "-":
        end += 1
    return line[: end - 2] + "s-" + line[end:]
