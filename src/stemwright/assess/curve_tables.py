"""Learning curves as a table."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.assess.tables import Column, Report, Table, table

COLUMNS = (
    Column("run", "run", "{}"),
    Column("kind", "kind", "{}"),
    Column("figure", "held out, in", "{}"),
    Column("minutes", "minutes", "{:.1f}"),
    Column("first", "first", "{:.3f}"),
    Column("best", "best", "{:.3f}"),
    Column("best_at_minute", "at minute", "{:.1f}"),
    Column("last", "last", "{:.3f}"),
    Column("gain_of_doubling", "twice the time", "{:+.3f}"),
    Column("train_last", "training", "{:.3f}"),
)


def curve_tables(reports: Sequence[Report]) -> list[Table]:
    """One row a run."""
    note = "twice the time: by how much the held-out figure would change, by the slope of its later half"
    return [table("learning curves", COLUMNS, reports, [note])]
