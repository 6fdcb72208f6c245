"""Reports of songs as tables: figures of one song, or means over several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from stemwright.assess.means import Figures, mean
from stemwright.assess.performer.tables import FOLLOWING
from stemwright.assess.tables import Column, Report, Table, table

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
        table("rhythm: onsets on the grid; tracked beats as published", RHYTHM, _rhythm(reports)),
        table("mix", MIX, _mixes(reports)),
    ]


def _layers(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Rows of each layer: the song's stems, the controls and the floor."""
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(row["layer"] for report in reports for row in report["layers"]):
        found = [row for report in reports for row in report["layers"] if row["layer"] == name]
        rows.append({"layer": name, "what": "song", **_numbers(found)})
        controls = [row["control"] for row in found if row["control"] is not None]
        if controls:
            rows.append({"layer": name, "what": "control", **mean(controls)})
        floors = mean([{"f1": row["floor_f1"]} for row in found])
        rows.append({"layer": name, "what": "floor", **floors})
    return rows


def _faults(reports: Sequence[Report]) -> Table:
    """The worst of each layer over all songs, and how often each fault was found."""
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(row["layer"] for report in reports for row in report["layers"]):
        found = [row["faults"] for report in reports for row in report["layers"] if row["layer"] == name]
        counts = Counter(fault for row in found for fault in row["faults"])
        text = ", ".join(f"{fault} ({count})" if len(found) > 1 else fault for fault, count in counts.items())
        worst = {key: _largest(row[key] for row in found) for key in WORST}
        rows.append({"layer": name, **worst, "faults": text or "none"})
    return table("faults" + (", the worst of all songs" if len(reports) > 1 else ""), FAULTS, rows)


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _rhythm(reports: Sequence[Report]) -> list[dict[str, Any]]:
    kinds = dict.fromkeys((row["beats"], row["of"]) for report in reports for row in report["rhythm"])
    return [
        {"beats": beats, "of": of}
        | _numbers(
            [
                row
                for report in reports
                for row in report["rhythm"]
                if (row["beats"], row["of"]) == (beats, of)
            ]
        )
        for beats, of in kinds
    ]


def _mixes(reports: Sequence[Report]) -> list[dict[str, Any]]:
    rows = [row for report in reports for row in report["mixes"]]
    return [
        {"of": of} | _numbers([row for row in rows if row["of"] == of])
        for of in dict.fromkeys(row["of"] for row in rows)
    ]


def _numbers(rows: Sequence[Report]) -> Figures:
    """Means of what is a number."""
    return mean([{k: v for k, v in row.items() if v is None or isinstance(v, int | float)} for row in rows])
