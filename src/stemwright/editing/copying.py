"""`copy`: a song with its whole history as a folder of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.workspace import reading, visiting
from stemwright.store import atomic
from stemwright.store.folder import GIT_FILES, SONG_NAME, is_foreign
from stemwright.store.history import HISTORY_NAME
from stemwright.store.telemetry import TELEMETRY_NAME
from stemwright.store.verify import verify
from stemwright.work.progress import unwatched

if TYPE_CHECKING:
    from stemwright.work.progress import Watch

_FILES = (SONG_NAME, HISTORY_NAME, TELEMETRY_NAME, *GIT_FILES)
_KEPT, _MADE_AGAIN = ("runs", "objects"), ("cache", "renders")


def copy_song(path: Path, new: Path, *, whole: bool = False, watch: Watch = unwatched) -> dict[str, Any]:
    """Copy the song at `path` to the folder `new`, and check every file of the copy; returns what it has.
    It is there in full or not at all. `whole`: with what can be made again, `cache/` and `renders/`.

    UsageError where `new` is there already or inside a song; StemwrightError where the song does not verify.
    """
    reading(path)
    _refuse(path, new)
    parent = new.absolute().parent
    atomic.make_directory(parent)
    temp = atomic.temp_path(parent)
    try:
        with visiting(path, outside=True) as (folder, _):
            count, size = _copy(folder.path, temp, (*_KEPT, *(_MADE_AGAIN if whole else ())), watch)
        copied = verify(reading(temp))
        if not copied.ok:
            raise StemwrightError(
                f"{path}: does not verify, so it is not copied: {copied.problems[0]}; see: stemwright verify"
            )
        try:
            os.rename(temp, new)
            atomic.sync_directory(parent)
        except OSError as error:
            raise atomic.explain(error, new) from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return {"song": str(new), "files": count, "bytes": size, "objects": copied.objects}


def _refuse(path: Path, new: Path) -> None:
    if os.path.lexists(new):
        raise UsageError(f"{new}: is there already; name a folder that is new", field="new")
    place = new.resolve()
    for above in (place, *place.parents):
        if above == path.resolve() or (above / SONG_NAME).is_file():
            raise UsageError(f"{new}: is inside the song {above}; name a folder outside of it", field="new")


def _copy(source: Path, target: Path, directories: tuple[str, ...], watch: Watch) -> tuple[int, int]:
    """Copy plain files, durably; returns how many, and their bytes."""
    files = [source / name for name in _FILES if (source / name).is_file()]
    files += [file for name in directories for file in _inside(source / name)]
    size = 0
    made: set[Path] = set()
    for done, file in enumerate(files):
        if done % 64 == 0:
            watch("copy", done, len(files))
        to = target / file.relative_to(source)
        try:
            if to.parent not in made:
                to.parent.mkdir(parents=True, exist_ok=True)
                made.add(to.parent)
            with open(file, "rb") as old, open(to, "xb") as new:
                shutil.copyfileobj(old, new, 1 << 20)
                new.flush()
                os.fsync(new.fileno())
                size += new.tell()
        except OSError as error:
            raise atomic.explain(error, target.parent) from error
    for directory in made:
        atomic.sync_directory(directory)
    watch("copy", len(files), len(files))
    return len(files), size


def _inside(directory: Path) -> Iterator[Path]:
    """The plain files in a folder of a song and below, without temporary and foreign ones."""
    for root, folders, names in os.walk(directory):
        folders.sort()
        for name in sorted(names):
            file = Path(root, name)
            if not (atomic.is_temp(name) or is_foreign(name) or file.is_symlink()):
                yield file
