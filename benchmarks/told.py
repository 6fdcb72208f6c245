"""What the benchmarks of songs print and write."""

import json
from pathlib import Path
from typing import Any

from stemwright.assess.song.tables import song_tables
from stemwright.cli.output import lines, table


def tell(reports: list[dict[str, Any]], target: Path | None) -> None:
    """The songs' tables on standard output, and all figures as JSON in `target`."""
    for made in song_tables(reports):
        lines(["", made.title])
        table(made.head, made.rows)
        lines(made.notes)
    if target:
        target.write_text(json.dumps({"songs": reports}, indent=1) + "\n", encoding="utf-8")
