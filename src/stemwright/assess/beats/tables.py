"""The report of the beat tracker as tables."""

from __future__ import annotations

from stemwright.assess.tables import Column, Report, Table, table

_JUDGED = (
    Column("f", "F"),
    Column("f_late", "F after 5 s"),
    Column("cml_late", "CMLt"),
    Column("downbeat_f_late", "downbeat F"),
    Column("tempo_right", "tempo within 4%, %", "{:.0f}", 100.0),
    Column("offline_f", "offline: F"),
    Column("offline_f_late", "offline: after 5 s"),
)
_RUN = (
    Column("latency_ms", "latency, ms", "{:.0f}"),
    Column("core", "of a core, %", "{:.1f}", 100.0),
    Column("confidence", "confidence at the end"),
)
NOTES = (
    "F: within 70 ms. CMLt, downbeats, tempo: after 5 s. Offline: Ellis 2007, which hears the whole first.",
)


def beat_tables(report: Report) -> list[Table]:
    """Means by kind, what has no beats known, and sounds without a beat after music."""
    unknown = [row for row in report["sounds"] if row.get("f") is None]
    kinds = [Column("kind", "kind", "{}"), Column("sounds", "sounds", "{}")]
    plain = [
        Column("name", "recording", "{}"),
        Column("beats", "beats told", "{}"),
        Column("bpm", "BPM", "{:.1f}"),
    ]
    tables = [
        table("beats", [*kinds, *_JUDGED, *_RUN], report["kinds"], NOTES),
        table("recordings", [*plain, Column("offline_bpm", "offline: BPM", "{:.1f}"), *_RUN], unknown),
        table(
            "eight seconds without a beat after music",
            [
                *kinds,
                Column("before", "confidence before"),
                Column("after", "after"),
                Column("tempo_change", "tempo moved, %", "{:.2f}", 100.0),
                Column("told", "beats told", "{:.1f}"),
                Column("held", "tempo held, %", "{:.0f}", 100.0),
            ],
            report["quiet"],
        ),
    ]
    return [made for made in tables if made.rows]
