"""The plan of a song: everything a layer's writer must know of each bar, the same for all layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from stemwright.compose.form import HIGHEST, energies, family, level, material, moved
from stemwright.compose.grid import STEP, Grid, grid_of
from stemwright.compose.learned.tables import Table, table
from stemwright.compose.silence import silent_spans
from stemwright.compose.streams import Stream
from stemwright.compose.style import Groove, Style
from stemwright.song.document import VARIATION
from stemwright.song.harmony import Chord, Key
from stemwright.song.rhythm import swung
from stemwright.song.state import GlobalState

DYNAMICS = 2
"""Steps of energy that a step of the state's dynamics is."""


@dataclass(frozen=True, slots=True)
class BarPlan:
    """One bar. `bar` counts inside its section; `occurrence` how often its material was heard before,
    0 where returns do not differ.
    """

    index: int
    section: int
    material: str
    family: str
    energy: int  # 0..9
    level: str  # of styles.LEVELS
    bar: int
    bars: int
    occurrence: int
    start: int  # tick
    chords: tuple[Chord | None, ...]  # one a step
    accents: tuple[int, ...]  # 0..9, one a step
    final: bool  # the last bar of the song
    kept: bool  # whether it plays what it played when its section came first
    grid: Grid
    ticks: tuple[int, ...]  # at which each step falls under the song's swing, the bar's end included

    @property
    def first(self) -> bool:
        """Whether a section begins here."""
        return self.bar == 0

    @property
    def last(self) -> bool:
        """Whether a section ends here."""
        return self.bar == self.bars - 1


@dataclass(frozen=True)
class SongPlan:
    """A song as the writers see it."""

    state: GlobalState
    style: Style
    seed: int
    bars: tuple[BarPlan, ...]
    grooves: Callable[[], Sequence[Groove]]  # one a bar, played when drums or bass ask for them
    variation: int = VARIATION  # percent

    @property
    def key(self) -> Key:
        """The song's key."""
        return self.state.key

    @cached_property
    def _played(self) -> Sequence[Groove]:
        return self.grooves()

    def groove(self, bar: BarPlan) -> Groove:
        """The groove of a bar."""
        return self._played[bar.index]

    @cached_property
    def total_ticks(self) -> int:
        """Ticks of the song; no note sounds later."""
        return self.state.total_ticks

    @cached_property
    def silent(self) -> list[tuple[int, int]]:
        """Spans of ticks in which no chord is."""
        return silent_spans(self.state.chords, self.state.lines)

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {}

    def table(self, name: str) -> Table:
        """A learned table, looked up once a plan: where it lies is asked of the file system each time."""
        if name not in self._tables:
            self._tables[name] = table(name)
        return self._tables[name]

    def chord_before(self, bar: BarPlan, step: int) -> Chord | None:
        """The chord of the step before `step`, at a bar's start the bar before's; None at the song's."""
        if step:
            return bar.chords[step - 1]
        return self.bars[bar.index - 1].chords[-1] if bar.index else None

    def chord_ahead(self, bar: BarPlan, step: int) -> Chord | None:
        """The chord that follows after `step`: later in the bar, or the next bar's first."""
        now = bar.chords[step]
        for chord in bar.chords[step:]:
            if chord != now:
                return chord
        return self.bars[bar.index + 1].chords[0] if bar.index + 1 < len(self.bars) else now

    def material_stream(self, layer: str, bar: BarPlan, what: str, *more: int | str) -> Stream:
        """The random stream of something that all returns of a section's material share."""
        return Stream(self.seed, self.style.name, layer, bar.material, what, *more)

    def choice_stream(self, layer: str, bar: BarPlan, what: str) -> Stream:
        """The random stream of notes that differ from bar to bar; a bar that is kept has its first one's."""
        return Stream(
            self.seed, self.style.name, layer, bar.material, what, 0 if bar.kept else bar.occurrence, bar.bar
        )

    def bar_stream(self, layer: str, bar: BarPlan, what: str) -> Stream:
        """The random stream of something that differs from bar to bar and from return to return."""
        return Stream(self.seed, self.style.name, layer, bar.material, what, bar.occurrence, bar.bar)

    def shared_stream(self, bar: BarPlan, what: str) -> Stream:
        """The random stream of something that all layers must agree in, whatever the seeds of their takes: it
        is drawn from what the state says of a bar, its chords, the one that follows and its accents.
        """
        after = self.bars[bar.index + 1].chords[:1] if bar.index + 1 < len(self.bars) else ()
        chords = " ".join(str(chord) for chord in (*bar.chords, *after))
        accents = "".join(map(str, bar.accents))
        return Stream("shared", self.style.name, bar.material, what, bar.bar, chords, accents)


def sections_info(state: GlobalState) -> list[tuple[str, str, int, str, int]]:
    """Per section: material, family, energy 0..9, level, and how often its material came before. The state's
    dynamics move the energy, its density the level.
    """
    seen: dict[str, int] = {}
    out: list[tuple[str, str, int, str, int]] = []
    names = [section.name for section in state.sections]
    for section, energy in zip(state.sections, energies(names), strict=True):
        name = material(section.name)
        occurrence = seen.get(name, 0)
        seen[name] = occurrence + 1
        busy = moved(level(section.name), state.density)
        strong = max(0, min(HIGHEST, energy + DYNAMICS * state.dynamics))
        out.append((name, family(section.name), strong, busy, occurrence))
    return out


def step_chords(state: GlobalState, grid: Grid, bar0: int) -> tuple[Chord | None, ...]:
    """The chord at every step of a bar (all None where the state has no chords)."""
    if not state.chords:
        return (None,) * grid.steps
    chords = state.chords_of(bar0)
    return tuple(chords[step // grid.beat_steps] for step in range(grid.steps))


def step_ticks(grid: Grid, swing: Fraction) -> tuple[int, ...]:
    """The tick in a bar at which each step falls under a swing, the bar's end included."""
    out: list[int] = []
    for pulse in grid.pulses:
        inside = [step * STEP for step in range(pulse.length)]
        if pulse.length == 4:
            inside = [swung(tick, swing) for tick in inside]
        out += [pulse.start * STEP + tick for tick in inside]
    return (*out, grid.steps * STEP)


def fresh_bars(bars: int, variation: int) -> int:
    """How many bars at the end of a returning section of so many bars are made anew: by the usual variation
    a quarter, two at most; by 100 percent half of them; by 0 none.
    """
    if not variation:
        return 0
    return max(1, min(2 * variation // VARIATION, bars * variation // (4 * VARIATION)))


def plan_song(
    state: GlobalState,
    style: Style,
    seed: int,
    grooves: Callable[[], Sequence[Groove]],
    variation: int = VARIATION,
) -> SongPlan:
    """The plan for a state whose chords and rhythm map are decided. `grooves`: gives one a bar; `variation`:
    how much returning sections differ, 0 to 100 percent.
    """
    assert state.rhythm is not None
    meters = {state.meter, *(meter for _, meter in state.meters)}
    ticks = {meter: step_ticks(grid_of(meter), state.rhythm.swing) for meter in meters}
    bars: list[BarPlan] = []
    for number, (section, info) in enumerate(zip(state.sections, sections_info(state), strict=True)):
        name, kind, energy, level, occurrence = info
        kept = section.bars - fresh_bars(section.bars, variation) if occurrence else 0
        for bar in range(section.bars):
            index = len(bars)
            meter = state.meter_of(index)
            grid = grid_of(meter)
            bars.append(
                BarPlan(
                    index, number, name, kind, energy, level, bar, section.bars,
                    occurrence if variation else 0,
                    state.bar_tick(index), step_chords(state, grid, index),
                    tuple(int(digit) for digit in state.rhythm.bars[index]),
                    index == state.bars - 1, bar < kept, grid, ticks[meter],
                )
            )  # fmt: skip
    return SongPlan(state, style, seed, tuple(bars), grooves, variation)
