"""What commands of the `evaluate` family share: what to measure on, and how they tell what they found."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.cli.output import emit_json, in_options, lines, table
from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.assess.tables import Table


def split_places(places: Sequence[str], most: int) -> tuple[Sequence[str], Path]:
    """Names of bundles, and the folder to measure on."""
    *names, where = places
    if len(names) > most:
        raise UsageError(f"{len(names)} bundles are named; give at most {most}, and what to measure on last")
    return names, Path(where)


def checked(out: Path | None, plot: Path | None) -> Path | None:
    """The folder for pictures, made; before the work rather than after."""
    from stemwright.assess.pictures import require

    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise UsageError(f"--out: {out} is not a file in a folder that is there; name another")
    return None if plot is None else require(plot)


def finish(
    report: dict[str, Any], tables: Iterable[Table], json: bool, out: Path | None, pictures: Path | None
) -> None:
    """Write and print what was found."""
    if out is not None:
        out.write_text(jsonlib.dumps(in_options(report), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if json:
        emit_json(report)
        return
    for i, made in enumerate(tables):
        lines([""] * bool(i) + [made.title])
        table(made.head, made.rows)
        lines(made.notes)
    if pictures is not None:
        lines([f"pictures: {pictures}"])


def numbers(option: str, text: str) -> list[float]:
    """Numbers with commas between. UsageError, naming the option, for anything else."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"{option} {text[:40]!r}: give numbers with commas between, e.g. 6,3,1.5") from None


def embedding_of(clap: Path | None) -> Any:
    """How sounds become vectors: by CLAP from a local folder, else by our own figures."""
    from stemwright.assess.performer.spread import PLAIN, Embedding

    if clap is None:
        return PLAIN
    from stemwright.evaluation.clap import load

    return Embedding(f"CLAP, {clap.resolve().name}", load(clap))
