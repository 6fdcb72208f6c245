"""Reports of songs as tables: figures of one song, or means over several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from stemwright.assess.means import mean, mean_of_numbers, means_by
from stemwright.assess.performer.tables import FOLLOWING
from stemwright.assess.tables import Column, Report, Table, rows_of, table

LAYERS = (
    Column("layer", "layer", "{}"),
    Column("what", "what", "{}"),
    *FOLLOWING,
    Column("loudness_lufs", "LUFS", "{:.1f}"),
)
RHYTHM = (
    Column("beats", "beats", "{}"),
    Column("of", "of", "{}"),
    Column("cbs", "CBS", "{:.3f}"),
    Column("irs", "IRS s", "{:.3f}"),
    Column("cbd_ms", "CBD ms", "{:.1f}"),
    Column("cbd", "CBD", "{:.3f}"),
)
FAULTS = (
    Column("layer", "layer", "{}"),
    Column("clipped", "clipped samples", "{}"),
    Column("hum_db", "hum dBFS", "{:.0f}"),
    Column("end_noise_db", "end in noise dB", "{:+.1f}"),
    Column("faults", "faults", "{}"),
)
WORST = ("clipped", "hum_db", "end_noise_db")
MIX = (
    Column("of", "of", "{}"),
    Column("loudness_lufs", "LUFS", "{:.1f}"),
    Column("true_peak_dbtp", "true peak dBTP", "{:.1f}"),
    Column("beat_f", "beat F", "{:.3f}"),
    Column("beat_cml_t", "CMLt", "{:.3f}"),
    Column("key_stability", "key stability", "{:.3f}"),
)


def song_tables(reports: Sequence[Report]) -> list[Table]:
    """Layers beside their scores, faults, rhythm, mix."""
    first = reports[0]
    title = f"{first['song']}: {first['bpm']:g} BPM, {first['key']}, {first['bars']} bars"
    if len(reports) > 1:
        title = f"{len(reports)} songs, means"
    notes = list(dict.fromkeys(note for report in reports for note in report["notes"]))
    return [
        table(title, LAYERS, _layers(reports), [*notes, "floor: the score a third of a bar later"]),
        _faults(reports),
        table(
            "rhythm: onsets on the grid; tracked beats as published",
            RHYTHM,
            means_by(rows_of(reports, "rhythm"), ("beats", "of")),
        ),
        table("mix", MIX, means_by(rows_of(reports, "mixes"), ("of",))),
    ]


def _layers(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Rows of each layer: the song's stems, the controls and the floor."""
    rows: list[dict[str, Any]] = []
    layers = rows_of(reports, "layers")
    for name in dict.fromkeys(row["layer"] for row in layers):
        found = [row for row in layers if row["layer"] == name]
        rows.append({"layer": name, "what": "song", **mean_of_numbers(found)})
        controls = [row["control"] for row in found if row["control"] is not None]
        if controls:
            rows.append({"layer": name, "what": "control", **mean(controls)})
        floors = mean([{"f1": row["floor_f1"]} for row in found])
        rows.append({"layer": name, "what": "floor", **floors})
    return rows


def _faults(reports: Sequence[Report]) -> Table:
    """The worst of each layer over all songs, and how often each fault was found."""
    rows: list[dict[str, Any]] = []
    layers = rows_of(reports, "layers")
    for name in dict.fromkeys(row["layer"] for row in layers):
        found = [row["faults"] for row in layers if row["layer"] == name]
        counts = Counter(fault for row in found for fault in row["faults"])
        text = ", ".join(f"{fault} ({count})" if len(found) > 1 else fault for fault, count in counts.items())
        worst = {key: _largest(row[key] for row in found) for key in WORST}
        rows.append({"layer": name, **worst, "faults": text or "none"})
    return table("faults" + (", the worst of all songs" if len(reports) > 1 else ""), FAULTS, rows)


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
