"""Which rhythm the chords of each bar have: figures that alternate in a section, turns, pushes, an ending."""

from __future__ import annotations

from dataclasses import dataclass

from stemwright.compose.grid import Grid
from stemwright.compose.learned.figures import density
from stemwright.compose.learned.harmony import NAME, draw_figures
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.spans import restruck
from stemwright.compose.style import Comp, Style

_FORMS = ("AAAA", "AAAB", "AAAB", "ABAB", "AABA", "AABB")
"""How two figures take turns in four bars."""
_TURNS = 55
"""Percent of phrases whose last bar turns to another figure."""
_EMPTY = 50
"""Percent of silence above which a drawn bar is not played: a band that people listen to fills it, here none
would.
"""
_CYCLE = 4
PUSH = 2
"""Steps by which a push comes before the bar line."""
_UNHEARD = 3
"""How many times rarer a push is that nothing in the rhythm map plays."""
_OFFBEAT = 2
"""The accent of an eighth between beats."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What the chords of a bar play. `tied`: the first strike was pushed ahead and goes on here."""

    hits: tuple[Hit, ...]
    how: str
    tied: bool = False


def pushed(plan: SongPlan, bar: BarPlan) -> bool:
    """Whether bass and chords come ahead of the change at a bar's end: seldom without an accent there. All
    layers agree in it, whatever the seeds of their takes.
    """
    style = plan.style
    if not style.push or bar.final or bar.index + 1 >= len(plan.bars) or bar.grid.pulses[-1].length != 4:
        return False
    after = plan.bars[bar.index + 1]
    if after.chords[0] is None or bar.chords[-1] in (None, after.chords[0]) or after.final:
        return False
    place = bar.grid.steps - PUSH
    if bar.chords[place] != bar.chords[-1] or bar.level == "sparse":
        return False
    chance = style.push if _accented(bar, place) else style.push // _UNHEARD
    return plan.shared_stream(bar, "push").chance(chance)


def _accented(bar: BarPlan, step: int) -> bool:
    """Whether the rhythm map has more on an eighth between beats than the meter and the energy give it."""
    return bar.accents[step] > _OFFBEAT + (bar.energy > 6) - (bar.energy < 4)


def figure(plan: SongPlan, bar: BarPlan) -> Figure:
    """The chords' figure of a bar, cut and struck again where a chord changes under it."""
    comp, hits = _chosen(plan, bar)
    hits = _cut(bar, hits)
    before = plan.bars[bar.index - 1] if bar.index else None
    tied = before is not None and pushed(plan, before)
    if pushed(plan, bar):
        place = bar.grid.steps - PUSH
        kept = [Hit(h.step, min(h.length, place - h.step), h.mark) for h in hits if h.step < place]
        hits = (*kept, Hit(place, PUSH, "n"))
    if tied and (not hits or hits[0].step):
        tied = False
    return Figure(hits, comp.how, tied)


def _chosen(plan: SongPlan, bar: BarPlan) -> tuple[Comp, tuple[Hit, ...]]:
    if bar.final and bar.index:
        return Comp(""), (Hit(0, bar.grid.steps, "X"),)
    comps = plan.style.comps[bar.level]
    form = plan.material_stream("harmony", bar, "form").pick(_FORMS)
    first = plan.material_stream("harmony", bar, "comp").pick(comps)
    others = [comp for comp in comps if comp != first and comp.how == first.how] or [
        comp for comp in comps if comp != first
    ]
    comp = first
    if form[bar.bar % _CYCLE] == "B" and others:
        comp = plan.material_stream("harmony", bar, "other").pick(others)
    ends = bar.bar % _CYCLE == _CYCLE - 1 or (bar.last and bar.bars > 1)
    if ends and plan.choice_stream("harmony", bar, "turn").chance(_TURNS):
        turns = plan.style.comp_turns or tuple(others)
        if turns:
            comp = plan.choice_stream("harmony", bar, "turned").pick(turns)
            return comp, _written(plan, bar, comp)
    if plan.material_stream("harmony", bar, "learned").chance(plan.style.comp_learned):
        drawn = _learned(plan, bar, comp)
        if drawn:
            return comp, drawn
    return comp, _written(plan, bar, comp)


def _written(plan: SongPlan, bar: BarPlan, comp: Comp) -> tuple[Hit, ...]:
    return fit(comp.pattern, bar.grid, bar.bar, plan.style.triple, comp.how == "arp")


def _learned(plan: SongPlan, bar: BarPlan, comp: Comp) -> tuple[Hit, ...]:
    """A bar that people played, as busy as a written figure is."""
    onsets = sum(mark not in "-." for mark in comp.pattern)
    busy = density(onsets, len(comp.pattern))
    streams = [plan.material_stream("harmony", bar, "figure", place) for place in range(_CYCLE)]
    meter = str(plan.state.meter_of(bar.index))
    drawn = draw_figures(plan.table(NAME), streams, plan.style.comp_player, meter, busy)
    text = drawn[bar.bar % _CYCLE] if drawn else ""
    if _silent(text) > _EMPTY:
        return ()
    return read(text, plan.style, bar.grid, bar.bar)


def _silent(text: str) -> int:
    """Percent of a bar in which nothing sounds."""
    return 100 * text.count(".") // len(text) if text else 100


def read(text: str, style: Style, grid: Grid, bar: int) -> tuple[Hit, ...]:
    """The hits of a drawn bar, which has the grid's steps or is a 4/4 to be fitted to them."""
    if len(text) != grid.steps:
        return fit(text, grid, bar, style.triple)
    hits: list[Hit] = []
    for step, mark in enumerate(text):
        if mark not in ".-":
            held = len(text[step + 1 :]) - len(text[step + 1 :].lstrip("-"))
            hits.append(Hit(step, 1 + held, mark))
    return tuple(hits)


def _cut(bar: BarPlan, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Hits struck again where a held chord changes; what came ahead of the change (`n`) is held."""
    return tuple(cut for hit in hits for cut in ([hit] if hit.mark == "n" else restruck(bar, [hit])))
