"""A section's melody, bar by bar: rhythms by the form, pitches by motif, what its returns keep and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.tables import Table
from stemwright.compose.melody import rhythm
from stemwright.compose.melody.form import NEW, Relation, ends_phrase, peak, relations, rests
from stemwright.compose.melody.pitches import Place, window
from stemwright.compose.melody.rhythm import Span
from stemwright.compose.melody.singer import Singer, Spot
from stemwright.compose.plan import BarPlan, SongPlan

_SEEN = 8
"""Notes from one on that a singer is shown."""
_TRIES = 4
"""Rhythms drawn for a section's first bar until one is not silent."""
_SPLIT = 30
"""Percent of the bars of a return's changed part in which a long note is split, or a weak one left out."""
_DRAWN_AGAIN = 50
"""Percent of the returns whose last bars are new."""


@dataclass(frozen=True, slots=True)
class SungBar:
    """A bar of the melody: its line, its notes, and a pitch for each."""

    line: str
    spans: tuple[Span, ...]
    pitches: tuple[int, ...]


Sung = Sequence[SungBar]


def sing(plan: SongPlan, bars: Sequence[BarPlan], table: Table, family: str, first: Sung) -> list[SungBar]:
    """The melody of a section. `first`: of the section that it repeats, () where it is new."""
    form = relations(plan, bars, table, family)
    lines = _lines(plan, bars, table, family, form, first)
    spans = rhythm.spans(lines)
    top = peak(plan, bars)
    places = _places(bars, spans, top)
    singer = Singer(plan, table, family, window(plan, bars[0]))
    spots = [singer.spot(place) for own in places for place in own]
    out: list[SungBar] = []
    at = 0
    for bar, line, own, relation in zip(bars, lines, places, form, strict=True):
        before = first[bar.bar] if bar.bar < len(first) else None
        if before is not None and before.line == line and bar.kept:
            sung = [
                singer.follow(*pair) for pair in zip(spots[at : at + len(own)], before.pitches, strict=True)
            ]
        else:
            other = before or (out[bar.bar - relation.lag] if relation.lag and bar.bar != top else None)
            followed = relation if before is None else Relation(1, contour="like")
            sung = _pitches(plan, singer, spots, range(at, at + len(own)), other, followed)
        out.append(SungBar(line, tuple(spans[bar.bar]), tuple(sung)))
        at += len(own)
    return out


def _places(bars: Sequence[BarPlan], spans: Sequence[Sequence[Span]], top: int) -> list[list[Place]]:
    """The notes of a section, bar by bar, as the singer sees them."""
    out: list[list[Place]] = []
    waited = 8
    for bar, own in zip(bars, spans, strict=True):
        out.append([_place(bar, own, index, waited, bar.bar == top) for index in range(len(own))])
        waited = bar.grid.steps - own[-1].step if own else waited + bar.grid.steps
    return out


def _lines(
    plan: SongPlan,
    bars: Sequence[BarPlan],
    table: Table,
    family: str,
    form: Sequence[Relation],
    first: Sung,
) -> list[str]:
    """The rhythm of every bar."""
    kind = rhythm.busy(plan, bars[0], table, family)
    again = bars[0].occurrence > 0 and plan.choice_stream("lead", bars[-1], "again").chance(_DRAWN_AGAIN)
    out: list[str] = []
    for bar, relation in zip(bars, form, strict=True):
        sounds = bool(out) and out[-1][-1] != "."
        own = first[bar.bar].line if bar.bar < len(first) else ""
        if rests(bar):
            line = "." * bar.grid.steps
        elif bar.final and bar.index:
            line = "X" + "-" * (bar.grid.steps - 1)
        elif len(own) == bar.grid.steps and (bar.kept or not again):
            line = own if bar.kept else _varied(plan, bar, own)
        elif relation.lag and not relation.half:
            line = out[bar.bar - relation.lag]
        else:
            head = out[bar.bar - relation.lag][: bar.grid.halves()] if relation.lag else ""
            line = _new(plan, bar, table, family, kind, sounds, head)
        if ends_phrase(bar) and not bar.kept and not rhythm.breathes(line, bar.grid):
            line = rhythm.closing(line, bar.grid)
        out.append(coords.sounding(line, sounds))
    return out


def _new(plan: SongPlan, bar: BarPlan, table: Table, family: str, kind: str, sounds: bool, head: str) -> str:
    stream = plan.choice_stream("lead", bar, "rhythm")
    if not stream.chance(plan.style.learned):
        return rhythm.written(plan, bar, stream)
    if bar.family == "chorus" and (bar.bars - 1 - bar.bar) % 4 == 3:  # the hook's notes are long
        kind = str(max(1, int(kind) - 1))
    for _ in range(_TRIES if bar.first else 1):
        line = rhythm.learned(plan, bar, stream, table, family, kind, sounds, head)
        if "x" in line:
            return line
    return rhythm.written(plan, bar, stream) if bar.first else line


def _varied(plan: SongPlan, bar: BarPlan, line: str) -> str:
    """Repeats are not exact: a long note splits in two, or a weak note falls away."""
    stream = plan.choice_stream("lead", bar, "vary")
    steps = [step for step, mark in enumerate(line) if mark not in ".-"]
    if not steps or not stream.chance(_SPLIT):
        return line
    step = stream.pick(steps)
    held = len(line[step + 1 :]) - len(line[step + 1 :].lstrip("-")) + 1
    if held >= 4:
        half = step + held // 2
        return line[:half] + "s" + line[half + 1 :]
    if bar.grid.strengths[step] < 2 and len(steps) > 3:
        return line[:step] + ("-" if step and line[step - 1] != "." else ".") + line[step + 1 :]
    return line


def _place(bar: BarPlan, spans: Sequence[Span], index: int, waited: int, peak: bool) -> Place:
    """A note of a bar as the singer sees it."""
    span = spans[index]
    gap = span.step - spans[index - 1].step if index else waited + span.step
    following = spans[index + 1].step if index + 1 < len(spans) else bar.grid.steps
    final = following == bar.grid.steps
    silent = following - span.step - span.length
    breath = silent >= 4 or following - span.step >= 8 or (final and (bar.last or silent > 0))
    home = bar.last and breath and (final or span.step >= bar.grid.halves())
    return Place(bar, span.step, span.length, gap, breath, home, peak)


def _pitches(
    plan: SongPlan,
    singer: Singer,
    spots: Sequence[Spot],
    own: range,
    other: SungBar | None,
    relation: Relation,
) -> list[int]:
    """The pitches of a bar, whose notes are `own` of a section's: like those of another, as far as told."""
    out: list[int] = []
    for index, at in enumerate(own):
        spot = spots[at]
        stream = plan.choice_stream("lead", spot.place.bar, f"pitch {index}")
        wanted = _wanted(singer, out, index, other, relation, spot.place)
        if wanted is not None and relation.contour == "same":
            assert other is not None
            out.append(singer.follow(spot, other.pitches[index]))
        else:
            out.append(singer.sing(spots[at : at + _SEEN], stream, wanted))
    return out


def _wanted(
    singer: Singer, out: Sequence[int], index: int, other: SungBar | None, relation: Relation, place: Place
) -> int | None:
    """The degree that a motif would have next, None where none says."""
    if other is None or relation.contour == "free" or relation is NEW or index >= len(other.pitches):
        return None
    if relation.half and place.step >= place.bar.grid.halves():
        return None
    theirs = singer.degree(other.pitches[index])
    if relation.contour == "same":
        return theirs
    if relation.contour == "like":
        if not out:
            return None
        return singer.degree(out[-1]) + theirs - singer.degree(other.pitches[index - 1])
    return theirs + int(relation.contour)
