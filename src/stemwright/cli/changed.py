"""What a change of a song made, or would make, as the commands that change songs print it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from stemwright.cli.output import emit_json, lines, quoted

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Say what would be made again and how long it takes; change nothing."),
]


def _plain(bars: str) -> str:
    """ "9-9,12-14" as a musician writes it: "9, 12-14"."""
    return ", ".join(re.sub(r"^([0-9]+)-\1$", r"\1", part) for part in bars.split(","))


def said_changed(folder: Path, facts: dict[str, Any], json: bool) -> None:
    """What was changed, or would be."""
    if json:
        emit_json(facts)
        return
    done = facts["run"] is not None
    lines([f"{'' if done else 'would change: ' if facts['dry_run'] else 'nothing changed: '}{facts['what']}"])
    for name, layer in facts["layers"].items():
        if layer["performed"]:
            what = "written and performed" if layer["written"] else "the same notes performed"
            lines([f"{name:<10}bars {_plain(layer['performed'])} {what}"])
        else:
            lines([f"{name:<10}moves along"])
    lines(facts["remarks"])
    clock = f"{facts['seconds']:.1f} s" if done else f"about {facts['estimated_seconds']:.1f} s"
    after = f"; hear it with: stemwright mix {quoted(folder)}" if done else ""
    lines([f"{facts['bars']} bars, {facts['form']}: {clock}{after}"])
