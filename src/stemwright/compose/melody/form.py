"""The form of a section's melody: what each bar's rhythm has of earlier bars, where it peaks and breathes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.tables import Table
from stemwright.compose.plan import BarPlan, SongPlan

_AGAIN = 70
"""Percent of the bars with a rhythm of their own for which one that was there is drawn if there can be: songs
here have shorter sections than lead sheets, and no words that hold them together.
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a bar has of the one `lag` bars before (0: it is new): its rhythm, or the first `half` of it, and
    its pitches as `contour` says (`learned.lead`).
    """

    lag: int = 0
    half: bool = False
    contour: str = "free"


NEW = Relation()


def relations(plan: SongPlan, bars: Sequence[BarPlan], table: Table) -> list[Relation]:
    """How the bars of a section relate to those before them in it."""
    out: list[Relation] = []
    symbols: list[str] = []
    for bar in bars:
        left = bar.bars - 1 - bar.bar
        stream = plan.choice_stream("lead", bar, "form")
        lags = [lag for lag in coords.LAGS if lag <= bar.bar and not rests(bars[bar.bar - lag])]
        whole = {str(lag) for lag in lags}
        allowed = {"new", *whole} | ({f"h{lag}" for lag in lags} if bar.grid.halves() else set())
        contexts = coords.form_contexts(plan.style.whose, left, symbols)
        symbol = table[coords.FORM].draw(stream, contexts, allowed) or "new"
        if symbol not in whole and not ends_phrase(bar) and stream.chance(_AGAIN):
            symbol = table[coords.FORM].draw(stream, contexts, whole) or symbol
        symbols.append(symbol)
        if symbol == "new" or bars[bar.bar - int(symbol.removeprefix("h"))].grid != bar.grid:
            out.append(NEW)
            continue
        lag = int(symbol.removeprefix("h"))
        alike = bar.chords[0] == bars[bar.bar - lag].chords[0]
        found = table[coords.CONTOUR].draw(stream, coords.contour_contexts(symbol, left, alike))
        out.append(Relation(lag, symbol[0] == "h", found or "free"))
    return out


def rests(bar: BarPlan) -> bool:
    """Whether the lead leaves a bar to the others: every second bar of an intro or outro, by two bars."""
    if bar.level != "sparse" or bar.bars < 2 or bar.final:
        return False
    return bar.bar % 4 in ((0, 1) if bar.family == "intro" and bar.bars > 2 else (1, 3))


def peak(plan: SongPlan, bars: Sequence[BarPlan]) -> int:
    """The bar of a section in which its melody is highest: past the middle, before the cadence."""
    first = bars[0]
    low, high = first.bars // 2, max(first.bars // 2, first.bars - 2)
    return plan.material_stream("lead", first, "peak").between(low, high)


def ends_phrase(bar: BarPlan) -> bool:
    """Whether a phrase ends with a bar: every fourth one, counted from the section's end."""
    return (bar.bars - 1 - bar.bar) % 4 == 0
