"""The shared rhythm: which groove each bar plays, and the rhythm map that comes from it.

The choice belongs to no layer: drums play the groove, bass and harmony lock to it; so what a drummer adds to
the written one is drawn here. Where the state brings
its own rhythm map, the groove that agrees best with its accents is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from stemwright.compose.drumming.playing import Drummer
from stemwright.compose.grid import Grid, grid_of
from stemwright.compose.learned.drums import NONE, TABLE
from stemwright.compose.learned.tables import table
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import sections_info
from stemwright.compose.streams import Stream
from stemwright.compose.style import Groove, Style
from stemwright.song.document import VARIATION
from stemwright.song.rhythm import RhythmMap
from stemwright.song.state import GlobalState

LOCKED = 50
"""Percent of the kicks that a bass joins from which on a drummer gives it enough of them."""
_BASE = {4: 7, 3: 5, 2: 4, 1: 2, 0: 0}


def kick_hits(groove: Groove, grid: Grid, bar: int, style: Style) -> tuple[Hit, ...]:
    """The kick of a bar."""
    return fit(groove.kick, grid, bar, style.triple)


def accents(groove: Groove, grid: Grid, bar: int, style: Style, energy: int) -> tuple[int, ...]:
    """Accent 0..9 of every step of a bar: the meter's weight, lifted where kick and backbeat fall."""
    out = [_BASE[strength] for strength in grid.strengths]
    for pattern, lift in ((groove.kick, 2), (groove.backbeat, 3)):
        for hit in fit(pattern, grid, bar, style.triple):
            if hit.level:
                out[hit.step] = max(out[hit.step] + lift - (hit.level < 2), 4)
    lift = (energy > 6) - (energy < 4)
    return tuple(max(0, min(9, value + (lift if value else 0))) for value in out)


def _agreement(
    groove: Groove, grid: Grid, bar: int, style: Style, energy: int, wanted: tuple[int, ...]
) -> int:
    """Minus the squared distance between a groove's accents and the wanted ones."""
    own = accents(groove, grid, bar, style, energy)
    return -sum((a - b) * (a - b) for a, b in zip(own, wanted, strict=True))


def _closest(
    candidates: Sequence[Groove], wanted: list[tuple[int, ...]], grids: list[Grid], style: Style, energy: int
) -> int:
    """Which of some grooves has accents most like those wanted of the first bars of a section."""

    def total(index: int) -> int:
        rows = enumerate(zip(grids, wanted, strict=True))
        return sum(_agreement(candidates[index], grid, bar, style, energy, row) for bar, (grid, row) in rows)

    return max(range(len(candidates)), key=lambda index: (total(index), -index))


def choose_grooves(
    state: GlobalState, style: Style, seed: int, variation: int = VARIATION
) -> tuple[Groove, ...]:
    """The groove of every bar: one a section's material, by its level, or the closest to a given map, as the
    style's player plays it. With `variation`, a section that returns is a little fuller.
    """
    play = _Playing(style, seed, max(section.bars for section in state.sections))
    out: list[Groove] = []
    for section, (name, _, energy, level, occurrence) in zip(
        state.sections, sections_info(state), strict=True
    ):
        candidates = style.grooves[level]
        if state.rhythm is None:
            which = Stream(seed, "groove", name).below(len(candidates))
        else:
            bars = range(len(out), len(out) + section.bars)[:8]
            wanted = [tuple(int(digit) for digit in state.rhythm.bars[bar]) for bar in bars]
            grids = [grid_of(state.meter_of(bar)) for bar in bars]
            played = [play(name, level, number) for number in range(len(candidates))]
            which = _closest(played, wanted, grids, style, energy)
        out += [play(name, level, which, bool(occurrence and variation))] * section.bars
    return tuple(out)


class _Playing:
    """A style's grooves as its player plays them in a song; each is drawn once."""

    def __init__(self, style: Style, seed: int, bars: int) -> None:
        self._style, self._seed, self._bars = style, seed, bars
        self._played: dict[tuple[str, str, int, bool], Groove] = {}

    def __call__(self, material: str, level: str, which: int, returns: bool = False) -> Groove:
        style = self._style
        written = style.grooves[level][which]
        if style.player == NONE or style.steady:
            return written
        key = (material, level, which, returns)
        if key not in self._played:
            drummer = Drummer(
                table(TABLE),
                style.player,
                (self._seed, "drummer", style.name, material, which),
                level,
                own=style.name == style.player,
                locked=style.bass_lock >= LOCKED,
            )
            self._played[key] = drummer.play(written, self._bars, returns)
        return self._played[key]


def _swing(style: Style, grids: Iterable[Grid], stream: Stream) -> Fraction:
    """The style's swing, a little more or less; straight styles and compound meters are never swung."""
    if style.swing == Fraction(1, 2) or not any(p.length == 4 for grid in grids for p in grid.pulses):
        return Fraction(1, 2)
    return max(Fraction(1, 2), min(Fraction(3, 4), style.swing + Fraction(stream.jitter(3), 100)))


def compose_rhythm(state: GlobalState, style: Style, grooves: tuple[Groove, ...], seed: int) -> RhythmMap:
    """The rhythm map of a song that plays `grooves`."""
    grids = [grid_of(state.meter_of(bar)) for bar in range(state.bars)]
    swing = _swing(style, grids, Stream(seed, "swing"))
    rows: list[str] = []
    for section, (_, _, energy, _, _) in zip(state.sections, sections_info(state), strict=True):
        for bar in range(section.bars):
            row = accents(grooves[len(rows)], grids[len(rows)], bar, style, energy)
            rows.append("".join(str(value) for value in row))
    return RhythmMap(swing, tuple(rows))
