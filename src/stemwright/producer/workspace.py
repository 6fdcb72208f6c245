"""Opening a song: to read it, or to write it as its only writer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.producer.record import recover

if TYPE_CHECKING:
    from stemwright.store.folder import SongFolder


def reading(path: Path) -> SongFolder:
    """The song folder at `path`, to read from."""
    from stemwright.store.folder import SongFolder

    return SongFolder.open(path)


def require_outside(path: Path, target: Path, name: str) -> None:
    """UsageError where `target` lies in the song at `path`, which holds only what it keeps account of."""
    if path.resolve() in (target.resolve(), *target.resolve().parents):
        raise UsageError(
            f"{argument(name)} {target}: is inside the song; "
            f"choose another place (without {argument(name)}: renders/)"
        )


@contextmanager
def writing(path: Path) -> Iterator[SongFolder]:
    """The song folder at `path` as its only writer, with what a killed process left recovered."""
    folder = reading(path)
    with folder.lock():
        recover(folder)
        yield folder


@contextmanager
def visiting(path: Path, *, outside: bool) -> Iterator[tuple[SongFolder, bool]]:
    """The song folder at `path` and whether it may be written: as by `writing`, but to read from only where
    it cannot be written and all files go `outside` of it.
    """
    if outside and path.is_dir() and not os.access(path, os.W_OK):
        yield reading(path), False
        return
    with writing(path) as folder:
        yield folder, True
