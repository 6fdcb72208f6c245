"""`generate --dry-run`: what would be made, and about how long that takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.editing.change import Change, change
from stemwright.producer.plan import Request, plan

if TYPE_CHECKING:
    from stemwright.song.document import Song
    from stemwright.store import SongFolder


def tried(path: Path, request: Request) -> dict[str, Any]:
    """What a request to `generate` would make; nothing is written. Errors are those of the plan."""

    def planned(folder: SongFolder, song: Song) -> Change:
        todo = plan(folder, song, request)
        layers = ", ".join(task.wanted.layer for task in todo.tasks)
        return Change("generate", f"generate {layers}" if layers else "", todo.song, tasks=todo.tasks)

    return change(path, planned, dry_run=True)
