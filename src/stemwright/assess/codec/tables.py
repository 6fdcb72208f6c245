"""A codec's report as tables."""

from __future__ import annotations

from stemwright.assess.tables import Column, Report, Table, number, table

COLUMNS = (
    Column("kind", "kind", "{}"),
    Column("split", "split", "{}"),
    Column("coder", "coder, kbit/s", "{}"),
    Column("mel_distance", "mel", "{:.3f}"),
    Column("si_snr_db", "SI-SNR dB", "{:.1f}"),
    Column("log_spectral_distance_db", "LSD dB", "{:.1f}"),
    Column("attack_loss_db", "attack loss dB", "{:+.1f}"),
    Column("pre_echo_db", "pre-echo dB", "{:+.1f}"),
    Column("loudness_lu", "loudness LU", "{:+.2f}"),
    Column("sounds", "sounds", "{}"),
)
LEVELS = (
    Column("level", "codebook", "{}"),
    Column("usage", "used", "{:.0%}"),
    Column("perplexity", "perplexity", "{:.0f}"),
)


def codec_tables(report: Report) -> list[Table]:
    """What is lost; codebooks; unseen timbres where both splits were measured."""
    speed = report["speed"]
    notes = [
        f"digital silence comes out at {number(report['silence_db'], '{:.0f}')} dBFS",
        f"one thread, median of {speed['runs']}: encodes at {speed['encode_rtf']:.4f} and decodes at "
        f"{speed['decode_rtf']:.4f} of real time (processor time {speed['encode_processor']:.4f} and "
        f"{speed['decode_processor']:.4f})",
    ]
    title = f"codec {report['codec'][:12]}: {report['sounds']} sounds, {report['seconds']:.0f} s"
    made = [table(title, COLUMNS, report["rows"], notes)]
    if report["unseen"]:
        columns = (Column("kind", "kind", "{}"), Column("farther", "mel distance", "{:+.0%}"))
        made.append(table("unseen timbres beside seen ones", columns, report["unseen"]))
    made.append(books_table(report["codebooks"]))
    return made


def books_table(books: Report) -> Table:
    """Which codes occur, by codebook."""
    rows = [
        {"level": i + 1, "usage": used, "perplexity": perplexity}
        for i, (used, perplexity) in enumerate(zip(books["usage"], books["perplexity"], strict=True))
    ]
    return table(f"codes of {books['size']}, over {books['frames']} frames", LEVELS, rows)
