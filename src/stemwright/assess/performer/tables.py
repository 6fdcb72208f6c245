"""A performer's report as tables."""

from __future__ import annotations

from stemwright.assess.performer.measuring import ROLLED
from stemwright.assess.tables import Column, Report, Table, number, table

FOLLOWING = (
    Column("f1", "onset F1", "{:.3f}"),
    Column("precision", "precision", "{:.3f}"),
    Column("recall", "recall", "{:.3f}"),
    Column("offset_ms", "late ms", "{:+.1f}"),
    Column("pitch", "pitch right", "{:.3f}"),
    Column("chroma", "chroma", "{:.3f}"),
    Column("irs", "IRS s", "{:.3f}"),
    Column("sounding", "notes that sound", "{:.3f}"),
    Column("quiet_db", "quiet dBFS", "{:.0f}"),
    Column("velocity", "velocity", "{:.2f}"),
    Column("hold_db", "hold dB", "{:+.1f}"),
)
"""The figures of `assess.stem.following`, for every table that has them."""
COLUMNS = (
    Column("what", "what", "{}"),
    Column("steps", "steps", "{}"),
    Column("guidance", "guidance", "{:g}"),
    *FOLLOWING,
    Column("level_error_db", "level off dB", "{:.1f}"),
    Column("brightness_error_octaves", "brightness off oct", "{:.2f}"),
    Column("faulty", "faulty", "{:.0%}"),
    Column("f1_share", "F1 / control", "{:.0%}"),
    Column("pitch_share", "pitch / control", "{:.0%}"),
    Column("chroma_share", "chroma / control", "{:.0%}"),
)
TIMBRES = (
    Column("timbre", "timbre", "{}"),
    Column("clips", "clips", "{}"),
    Column("f1", "onset F1", "{:.3f}"),
    Column("control", "control", "{:.3f}"),
)
SPREAD = (
    Column("what", "sets", "{}"),
    Column("fad", "FAD", "{:.1f}"),
    Column("kad", "KAD", "{:.2f}"),
    Column("fad_ratio", "FAD / halves", "{:.2f}"),
    Column("fad_whole", "FAD of all", "{:.1f}"),
)


def performer_tables(report: Report) -> list[Table]:
    """How it follows its scores; how far it is from the held-out clips; by timbre."""
    own = report["sampling"][0]
    drawn = f", temperature {own['temperature']:g}" if "temperature" in own else ""
    title = (
        f"{report['layer']} {report['bundle'][:12]} ({report['preset']}): {report['clips']} clips, "
        f"{report['seconds']:.0f} s{drawn}"
    )
    notes = [
        "rendering: the control; codec: the rendering through the codec; floor: other clips' scores; "
        "faulty: clips that are silent where they should sound, clip, hum or end in noise"
    ]
    if any(row["what"] == ROLLED for row in report["rows"]):
        notes.append(
            "rolled: the rendering's tokens moved by 2.8 s beside the right score; as this decoder knows the "
            "score, onsets and pitches tell little: only what a row has beyond rolled comes from its tokens"
        )
    free = report["free"]
    if free is not None:
        notes.append(
            f"without score, chords given: {number(free['in_key'], '{:.0%}')} of the energy in the key "
            f"(control {number(free['control'], '{:.0%}')}), {free['clips']} clips"
        )
    made = [table(title, COLUMNS, report["rows"], notes)]
    spread = report["distribution"]
    if spread is not None:
        title = f"distance to held-out clips: {spread['embedding']}, {spread['vectors']} clips of "
        title += f"{spread['clip_seconds']:g} s, {spread['songs']} songs"
        made.append(table(title, SPREAD, spread["rows"]))
    made.append(table("by timbre", TIMBRES, report["timbres"]))
    return made
