"""Reading a corpus: its songs in order, checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stemwright.corpus.song import CorpusSong, from_line
from stemwright.errors import UsageError

SPLITS = ("train", "valid")
MAX_LINE = 20_000_000
"""Characters that a song may have."""


def songs(folder: Path, split: str) -> Iterator[CorpusSong]:
    """The songs of a split, "train" or "valid", in the order of the file. UsageError names file and line."""
    if split not in SPLITS:
        raise UsageError(f"split {split[:40]!r}: is unknown; use one of {', '.join(SPLITS)}")
    path = folder / f"{split}.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), ""), 1):
                where = f"{path}: line {number}"
                if len(line) > MAX_LINE:
                    raise UsageError(f"{where}: is longer than {MAX_LINE} characters; build the corpus again")
                yield from_line(line, where)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); make it with train corpus") from None
