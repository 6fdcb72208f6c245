"""`generate --dry-run`: what would be made, and about how long that takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.editing.change import Change, facts_of
from stemwright.producer.plan import Request, plan
from stemwright.producer.workspace import reading


def tried(path: Path, request: Request) -> dict[str, Any]:
    """What a request to `generate` would make; nothing is written. Errors are those of the plan."""
    folder = reading(path)
    song = folder.load()
    todo = plan(folder, song, request)
    layers = ", ".join(task.wanted.layer for task in todo.tasks)
    change = Change("generate", f"generate {layers}" if layers else "", todo.song, tasks=todo.tasks)
    told: dict[str, Any] = {"run": None, "dry_run": True, "seconds": 0.0, "stale": []}
    return {**facts_of(folder, song, change), **told}
