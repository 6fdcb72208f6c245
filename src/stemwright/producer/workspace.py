"""Opening a song: to read it, or to write it as its only writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.producer.commit import recover

if TYPE_CHECKING:
    from stemwright.store.folder import SongFolder


def reading(path: Path) -> SongFolder:
    """The song folder at `path`, to read from."""
    from stemwright.store.folder import SongFolder

    return SongFolder.open(path)


def require_outside(path: Path, target: Path, option: str) -> None:
    """UsageError where `target` lies in the song at `path`, which holds only what it keeps account of."""
    if path.resolve() in (target.resolve(), *target.resolve().parents):
        raise UsageError(
            f"{option} {target}: is inside the song; choose another place (without {option}: renders/)"
        )


@contextmanager
def writing(path: Path) -> Iterator[SongFolder]:
    """The song folder at `path` as its only writer, with what a killed process left recovered."""
    folder = reading(path)
    with folder.lock():
        recover(folder)
        yield folder
