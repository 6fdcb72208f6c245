"""`doctor`: what this machine has and what was chosen."""

from __future__ import annotations

from typing import Any

import typer

from stemwright.cli import options as opt
from stemwright.cli.output import emit_json, lines


def register(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("doctor", epilog="Example: stemwright doctor --json")(doctor)


def doctor(json: opt.Json = False) -> None:
    """Tell what this machine has and what was chosen: instruction set, threads, bundles, versions.

    Ends with 1 where no song can be made: a performer is missing, or the codec whose tokens it speaks.
    """
    from stemwright.face.machine import doctor as examine

    facts = examine().to_json()
    if json:
        emit_json(facts)
    else:
        lines([f"{'isa':<12}{facts['isa']} (available: {', '.join(facts['isa_available'])})"])
        lines(
            [
                f"{'threads':<12}{facts['threads']} of {facts['cores']} cores",
                f"{'memory':<12}{facts['memory_mb']} MB",
            ]
        )
        lines(f"{name:<12}{version}" for name, version in facts["versions"].items())
        lines(f"{name:<12}{_bundle(found)}" for name, found in facts["bundles"].items())
        told = [found["problem"] for found in facts["bundles"].values()]
        lines(f"{'NOT OK':<12}{problem}" for problem in facts["problems"] if problem not in told)
    if not facts["ok"]:
        raise typer.Exit(1)


def _bundle(found: dict[str, Any]) -> str:
    if not found["ok"]:
        return f"NOT OK: {found['problem']}"
    timbres = f", timbres: {', '.join(found['timbres'])}" if found["timbres"] else ""
    return f"ok, {found['preset']}, {found['path']}{timbres}"
