"""Tables of sets of songs: text with a head and a row a song."""

from __future__ import annotations

import csv
from pathlib import Path

from stemwright.errors import UsageError


def rows_of(table: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table by its head's names. UsageError where it cannot be read."""
    try:
        with table.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter=delimiter))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{table}: cannot be read ({error}); get the set again") from None
