"""The report of a timbre as tables."""

from __future__ import annotations

from stemwright.assess.tables import Column, Report, Table, table

_KEPT = (
    Column("input", "input", "{}"),
    Column("recordings", "recordings", "{}"),
    Column("pitch", "pitch kept, %", "{:.0f}", 100.0),
    Column("chroma", "in any octave, %", "{:.0f}", 100.0),
    Column("heard", "pitch heard, %", "{:.0f}", 100.0),
    Column("level", "level correlation"),
)
_MOVED = (
    Column("input", "input", "{}"),
    Column("colour_before", "colour before, dB", "{:.1f}"),
    Column("colour_after", "after, dB", "{:.1f}"),
    Column("kad_before", "KAD before", "{:.1f}"),
    Column("kad_after", "after", "{:.1f}"),
    Column("fad_before", "FAD before"),
    Column("fad_after", "after"),
)
_RUN = (
    Column("latency", "latency, samples", "{}"),
    Column("latency_ms", "ms"),
    Column("core", "of a core, %", "{:.0f}", 100.0),
    Column("median_ms", "a hop's work, ms"),
    Column("p99_ms", "99%, ms"),
    Column("jitter_ms", "median to 99.9%, ms"),
    Column("streamed_apart", "streamed against whole", "{:.1e}"),
)
NOTES = ("Distances are to the target's odd recordings. Its even ones have the last row: as near as can be.",)


def timbre_tables(report: Report) -> list[Table]:
    """What is kept, what is moved, what it costs."""
    rows = report["rows"]
    return [
        table(f"{report['bundle']}: content kept", _KEPT, rows, report["notes"]),
        table("distance to the target", _MOVED, rows, NOTES),
        table("live", _RUN, [report["run"]]),
    ]
