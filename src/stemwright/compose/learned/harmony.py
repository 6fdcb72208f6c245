"""The table "harmony": rhythms of comping by bands and by a piano, given the bars before.

Subjects: "band" and "piano" (bars), "band again" and "piano again" (which bar before a bar repeats); see
`figures`.
"""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.learned.figures import METERS, again_contexts, draw_bar
from stemwright.compose.learned.tables import Table
from stemwright.compose.streams import Stream

NAME = "harmony"
PLAYERS = ("band", "piano")


def draw_figures(found: Table, streams: Sequence[Stream], player: str, meter: str, busy: str) -> list[str]:
    """Bars of comping, one a stream, that repeat each other as real ones do; [] where the table has none."""
    known = meter if meter in METERS else "4/4"
    bars: list[str] = []
    for bar, stream in enumerate(streams):
        symbol = found[f"{player} again"].draw(stream, again_contexts(bar)) or "n"
        if symbol != "n" and int(symbol) <= bar:
            bars.append(bars[bar - int(symbol)])
            continue
        drawn = draw_bar(found[player], stream, known, busy, bar, bars[-1] if bars else None)
        if drawn is None:
            return []
        bars.append(drawn)
    return bars
