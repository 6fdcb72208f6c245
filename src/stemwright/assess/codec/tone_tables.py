"""A tone codec's report as tables."""

from __future__ import annotations

from stemwright.assess.codec.tables import books_table
from stemwright.assess.tables import Column, Report, Table, table

COLUMNS = (
    Column("kind", "layer", "{}"),
    Column("split", "split", "{}"),
    Column("coder", "what", "{}"),
    Column("mel_distance", "mel", "{:.3f}"),
    Column("attack_loss_db", "attack loss dB", "{:+.1f}"),
    Column("level_error_db", "level off dB", "{:.1f}"),
    Column("brightness_error_octaves", "brightness off oct", "{:.2f}"),
    Column("roughness_db", "roughness dB", "{:.2f}"),
    Column("partials_db", "partials/rest dB", "{:.1f}"),
    Column("side_db", "side/middle dB", "{:.1f}"),
    Column("sounds", "clips", "{}"),
)


def tone_tables(report: Report) -> list[Table]:
    """What is lost; codebooks."""
    speed = report["speed"]
    notes = [
        "rendering: the control; rolled: the tokens moved by 2.8 s beside the right score: what the decoder "
        "plays whatever they say",
        f"side/middle is of the 48 kHz sound; one thread: encodes at {speed['encode']:.4f} and decodes at "
        f"{speed['decode']:.4f} of real time, {speed['decode_wide']:.4f} at 48 kHz (processor time)",
    ]
    title = f"tone codec {report['codec'][:12]}, {report['kbit']:.2g} kbit/s: {report['sounds']} clips, "
    title += f"{report['seconds']:.0f} s"
    return [table(title, COLUMNS, report["rows"], notes), books_table(report["codebooks"])]
