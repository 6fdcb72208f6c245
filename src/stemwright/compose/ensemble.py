"""What a part that joins a band knows of it: what the others play, and which sections it plays in itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from stemwright.compose.grid import STEP
from stemwright.compose.parts import Part, part_of
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.score import Note, Score

LIGHT, FULL = 1, 2
_LONG = STEP // 2
"""Ticks from which on two notes together are heard to rub."""


@dataclass(frozen=True)
class Hearing:
    """What the parts of a song hear: the scores of the others, by role."""

    plan: SongPlan
    scores: Mapping[str, Score]

    def _of(self, kind: str) -> Iterable[Note]:
        """What the band's own layer of a kind plays."""
        band = tuple(self.scores)
        for role, score in self.scores.items():
            if kind_of(role) == kind and part_of(role, band) is None:
                return score.notes
        return ()

    @cached_property
    def _starts(self) -> list[int]:
        return [bar.start for bar in self.plan.bars]

    def _step(self, tick: int) -> tuple[int, int]:
        """The bar and the step that a tick is nearest to; past a bar's last step is the next bar's first."""
        number = max(0, bisect_right(self._starts, tick) - 1)
        bar = self.plan.bars[number]
        inside = tick - bar.start
        step = min(max(0, bisect_right(bar.ticks, inside) - 1), bar.grid.steps - 1)
        step += inside - bar.ticks[step] > bar.ticks[step + 1] - inside
        return (number + 1, 0) if step == bar.grid.steps else (number, step)

    def _by_bar(self, notes: Iterable[Note]) -> dict[int, dict[int, list[Note]]]:
        found: dict[int, dict[int, list[Note]]] = {}
        for note in notes:
            number, step = self._step(note.onset)
            found.setdefault(number, {}).setdefault(step, []).append(note)
        return found

    @cached_property
    def _steps(self) -> dict[str, dict[int, dict[int, list[Note]]]]:
        return {}

    def onsets(self, kind: str, bar: BarPlan) -> Mapping[int, list[Note]]:
        """What the band's drums, harmony or lead strikes in a bar, by step."""
        if kind not in self._steps:
            self._steps[kind] = self._by_bar(self._of(kind))
        return self._steps[kind].get(bar.index, {})

    @cached_property
    def _pitched(self) -> dict[int, list[Note]]:
        """What is heard but drums, by the sixteenths of the song that it sounds in."""
        found: dict[int, list[Note]] = {}
        for role, score in self.scores.items():
            for note in () if is_drums(role) else score.notes:
                for place in range(note.onset // STEP, (note.end - 1) // STEP + 1):
                    found.setdefault(place, []).append(note)
        return found

    def rubs(self, pitch: int, start: int, end: int) -> bool:
        """Whether a pitch would stand a semitone beside what is heard between two ticks, for long enough."""
        for place in range(start // STEP, (end - 1) // STEP + 1):
            for note in self._pitched.get(place, ()):
                if (
                    abs(note.pitch - pitch) in (1, 13)
                    and min(end, note.end) - max(start, note.onset) >= _LONG
                ):
                    return True
        return False


@dataclass(frozen=True)
class Seat:
    """A part's seat in the band: the song's plan, its part and name, and what it hears.

    Whatever it draws is named by `name`, so that two parts of a kind differ.
    """

    plan: SongPlan
    part: Part
    name: str
    heard: Hearing

    def material_stream(self, bar: BarPlan, what: str) -> Stream:
        """As `SongPlan.material_stream`."""
        return self.plan.material_stream(self.name, bar, what)

    def choice_stream(self, bar: BarPlan, what: str) -> Stream:
        """As `SongPlan.choice_stream`."""
        return self.plan.choice_stream(self.name, bar, what)

    def bar_stream(self, bar: BarPlan, what: str) -> Stream:
        """As `SongPlan.bar_stream`."""
        return self.plan.bar_stream(self.name, bar, what)

    @cached_property
    def peak(self) -> int:
        """The energy of the song's strongest section."""
        return max(bar.energy for bar in self.plan.bars)

    def presence(self, bar: BarPlan, written: Collection[str] = ()) -> int:
        """Whether the part rests in a bar (0), or plays lightly or wholly: parts come in one after the other
        as sections grow, never in none of them. `written`: levels that the style writes patterns for, where
        it plays lightly at least.
        """
        if bar.final:
            return FULL
        if bar.energy >= min(self.part.full, self.peak):
            return FULL
        its_own = bar.level in written
        light = its_own or bar.energy >= min(self.part.light, self.peak)
        rhythm = its_own and self.part.kind == "drums"  # a dance has its rhythm from the beginning
        waits = self.part.light > 3 and bar.bars >= 8 and not bar.occurrence and not rhythm
        return LIGHT if light and not (waits and bar.bar < bar.bars // 2) else 0

    def onsets(self, kind: str, bar: BarPlan) -> Mapping[int, list[Note]]:
        """As `Hearing.onsets`."""
        return self.heard.onsets(kind, bar)

    def rubs(self, pitch: int, start: int, end: int) -> bool:
        """As `Hearing.rubs`."""
        return self.heard.rubs(pitch, start, end)

    def clean(self, pitches: Collection[int], start: int, end: int) -> tuple[int, ...]:
        """Those of some pitches that rub with nothing that is heard between two ticks."""
        return tuple(pitch for pitch in pitches if not self.rubs(pitch, start, end))
