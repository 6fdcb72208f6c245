"""A drummer's loudness and time: accents and leans he keeps, hands that wander, a clock all limbs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stemwright.compose.drumming.fills import Fill, Strike
from stemwright.compose.grid import STEP, Grid
from stemwright.compose.learned.counts import Counts
from stemwright.compose.learned.drums import (
    GROUPS,
    LOUD,
    SOFT,
    accent_contexts,
    apart_contexts,
    clock_contexts,
    force_contexts,
    leading,
    lean_contexts,
    swell_contexts,
    wander_contexts,
)
from stemwright.compose.learned.tables import Table
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream

_USUAL = {
    "kick": 86, "snare": 96, "rim": 82, "hat": 68, "foot": 54, "open": 76, "tom": 92, "ride": 70, "bell": 82,
}  # fmt: skip
"""Velocities of a group's strokes that are neither soft nor accented, in a section of middling energy."""
_LEVEL = (0, -12, 0, 6)
_WRITTEN = (-44, -18, 0, 14)
"""By level, how much louder a stroke is: where accents are a drummer's, and where they are as written."""
_SOFTEST = (26, 16)
"""The least velocity of a stroke, and of a ghost: softer ones are struck but not heard."""
_CRASH = 98
_LATE = 8
"""Ticks that a stroke may be early or late: a third of a sixteenth."""
_ROLES = {"A": 0, "B": 4, "C": 8, "D": 12, "T": 8}
Played = tuple[int, int]  # tick of the song, velocity


def sixteenth(grid: Grid, step: int) -> int:
    """The sixteenth of a 4/4 bar (0..15) that a step of any bar is like."""
    pulse = next(p for p in reversed(grid.pulses) if p.start <= step)
    return _ROLES[pulse.role] + (step - pulse.start) * 4 // pulse.length


@dataclass
class Feel:
    """The feel of one song's drums, bar by bar."""

    plan: SongPlan
    table: Table
    _accents: dict[tuple[str, int, int], int] = field(default_factory=dict)
    _leans: dict[tuple[str, int], int] = field(default_factory=dict)

    def play(self, bar: BarPlan, strikes: Sequence[Strike], fill: Fill) -> list[Played]:
        """When and how loud each strike of a bar sounds; strikes in the order of their steps."""
        loud, late = self._loudness(bar, strikes, fill), self._lateness(bar, strikes)
        lean = self.plan.style.lean
        return [
            (_inside(bar, step, late[i] + lean.get(piece, 0) + lean.get("drums", 0)), loud[i])
            for i, (step, piece, _) in enumerate(strikes)
        ]

    def _loudness(self, bar: BarPlan, strikes: Sequence[Strike], fill: Fill) -> list[int]:
        stream = self.plan.bar_stream("drums", bar, "loud")
        grown = bar.bar * 4 // max(1, bar.bars - 1) - 2 if bar.bars > 2 else 0  # sections grow a little
        section = 4 * (bar.energy - 5) + grown
        last: dict[str, int] = {}
        swell, steady = 0, self.plan.style.steady
        force = self._force(bar)
        out = []
        for step, piece, level in strikes:
            group, soft, place = GROUPS[piece], level == 0, sixteenth(bar.grid, step)
            usual = (_CRASH if piece == "crash" else _USUAL[group]) + section
            usual += (_WRITTEN if steady else _LEVEL)[level]
            if step >= fill.cut and not soft:
                contexts = swell_contexts(group, place, swell)
                swell = _number(self.table["swell"], stream, contexts)
                usual += SOFT * swell + force
            else:
                wander = _number(
                    self.table["wander"], stream, wander_contexts(group, soft, last.get(group, 0))
                )
                last[group] = wander
                usual += LOUD * wander // 2 if steady else LOUD * (wander + self._accent(group, soft, place))
            out.append(max(_SOFTEST[soft], min(127, usual + stream.jitter(LOUD // 2))))
        return out

    def _force(self, bar: BarPlan) -> int:
        """How much louder a bar's fill is than what is usual."""
        stream = self.plan.bar_stream("drums", bar, "force")
        return SOFT * _number(self.table["force"], stream, force_contexts(self.plan.style.player))

    def _accent(self, group: str, soft: bool, place: int) -> int:
        """How much louder a group is on a sixteenth than usual, in all of the song."""
        key = (group, int(soft), place)
        if key not in self._accents:
            beat, near = (
                self._accent(group, soft, place - back) if place >= back else None for back in (4, 2)
            )
            contexts = accent_contexts(self.plan.style.player, group, soft, place, beat, near)
            self._accents[key] = _number(self.table["accent"], self._stream("accent", *key), contexts)
        return self._accents[key]

    def _lean(self, group: str, place: int) -> int:
        """How late a group always is on a sixteenth, in all of the song."""
        key = (group, place)
        if key not in self._leans:
            near = self._lean(group, place - 4) if place >= 4 else None
            contexts = lean_contexts(self.plan.style.player, group, place, near)
            self._leans[key] = _number(self.table["lean"], self._stream("lean", *key), contexts)
        return self._leans[key]

    def _stream(self, *what: int | str) -> Stream:
        return Stream(self.plan.seed, "drums", self.plan.style.name, *what)

    def _lateness(self, bar: BarPlan, strikes: Sequence[Strike]) -> list[int]:
        """Ticks late, a strike each: those that fall together lean together."""
        stream = self.plan.choice_stream("drums", bar, "clock")
        clock, at, lead = 0, -1, ""
        out = []
        for step, piece, _ in strikes:
            if step != at:
                at, clock = step, _number(self.table["clock"], stream, clock_contexts(clock))
                lead = leading([other for when, other, _ in strikes if when == step])
            group = GROUPS[piece]
            late = clock + self._lean(group, sixteenth(bar.grid, step))
            if piece != lead:
                late += _number(self.table["apart"], stream, apart_contexts(group))
            out.append(max(-_LATE, min(_LATE, late)))
        return out


def _inside(bar: BarPlan, step: int, late: int) -> int:
    """A tick of the song inside the bar."""
    return bar.start + max(0, min(bar.grid.steps * STEP - 1, bar.ticks[step] + late))


def _number(counts: Counts, stream: Stream, contexts: Sequence[str]) -> int:
    return int(counts.draw(stream, contexts) or 0)
