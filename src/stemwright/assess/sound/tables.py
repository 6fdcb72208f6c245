"""Reports of how songs sound as tables: figures of one song, or means over several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stemwright.assess.means import mean_of_numbers, means_by
from stemwright.assess.tables import Column, Report, Table, rows_of, table

LAYERS = (
    Column("layer", "layer", "{}"),
    Column("what", "what", "{}"),
    Column("note_f", "note F"),
    Column("pitch_right", "pitch right"),
    Column("jitter_cents", "jitter cents", "{:.1f}"),
    Column("flutter_db", "flutter dB"),
    Column("roughness_db", "roughness dB"),
    Column("partials_db", "partials/rest dB", "{:.1f}"),
    Column("attack_db", "attack >4 kHz dB", "{:.1f}"),
    Column("comb_db", "comb dB", "{:.1f}"),
    Column("rolloff_hz", "95% below Hz", "{:.0f}"),
)
DISTANCES = (
    Column("layer", "layer", "{}"),
    Column("what", "what", "{}"),
    Column("fad", "FAD", "{:.1f}"),
    Column("kad", "KAD", "{:.2f}"),
    Column("patches", "patches", "{:.0f}"),
)
MIX = (
    Column("of", "of", "{}"),
    Column("side_over_middle_db", "side/middle dB", "{:.1f}"),
    Column("notch_db", "notch dB", "{:.1f}"),
    Column("comb_db", "comb dB", "{:.1f}"),
    Column("rolloff_hz", "95% below Hz", "{:.0f}"),
)
FLOOR = "floor: the score .31 s later"


def sound_tables(reports: Sequence[Report]) -> list[Table]:
    """Layers, their distances to the controls where there are any, mixes."""
    first = reports[0]
    title = f"{first['song']}: {first['bpm']:g} BPM, {first['key']}, {first['bars']} bars, {first['quality']}"
    if len(reports) > 1:
        title = f"{len(reports)} songs, means, {first['quality']}"
    judges = ", ".join(f"{name} {version}" for name, version in first["judges"].items()) or "none"
    notes = [FLOOR, f"judges: {judges}; control: {first['control'] or 'none'}"]
    notes += dict.fromkeys(note for report in reports for note in report["notes"])
    made = [table(title, LAYERS, _layers(reports), notes)]
    distances = means_by(rows_of(reports, "distances"), ("layer", "what"))
    if distances:
        notes = ["song, control: to the control's other half; floor: of other layers' controls"]
        made.append(table("distance to the control: musicnn, patches of 3 s", DISTANCES, distances, notes))
    return [*made, table("mix", MIX, means_by(rows_of(reports, "mixes"), ("of",)))]


def _layers(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Rows of each layer: the song's stems, the controls, the floor."""
    rows: list[dict[str, Any]] = []
    found = rows_of(reports, "layers")
    for layer in dict.fromkeys(row["layer"] for row in found):
        mine = [row for row in found if row["layer"] == layer]
        sides = {
            "song": mine,
            **{what: [row[what] for row in mine if row[what]] for what in ("control", "floor")},
        }
        rows += [
            {"layer": layer, "what": what, **mean_of_numbers(side)} for what, side in sides.items() if side
        ]
    return rows
