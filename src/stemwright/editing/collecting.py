"""`gc`: what no run of a song can reach is found and, when that is asked for, deleted.

Kept is all whose SHA-256 stands in a run, in the song as it is, or in a document that one of them names,
whatever it is called there: so nothing that any undo, redo, restore or branch goes back to is ever lost. What
is in `cache/` can be made again, and goes.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError
from stemwright.producer.workspace import reading, writing
from stemwright.store import atomic
from stemwright.store.folder import SONG_LIMIT, is_foreign
from stemwright.store.records import is_sha, read_limited

if TYPE_CHECKING:
    from stemwright.store import SongFolder

_SHA = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
KINDS = ("objects", "cache", "temporary")


@dataclass(frozen=True, slots=True)
class Rubbish:
    """What can go, by kind: files and how many bytes they have."""

    files: dict[str, list[Path]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    sizes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, kind: str, file: Path) -> None:
        """Count a file, unless it is gone by now."""
        with contextlib.suppress(FileNotFoundError):
            self.sizes[kind] += file.lstat().st_size
            self.files[kind].append(file)

    def to_json(self) -> dict[str, Any]:
        """How many files and bytes there are of each kind."""
        return {kind: {"files": len(self.files[kind]), "bytes": self.sizes[kind]} for kind in KINDS}


def collect(path: Path, *, yes: bool = False) -> dict[str, Any]:
    """What no run can reach: how many files and bytes. Deleted is it only with `yes`, under the song's lock.

    StemwrightError, and nothing is deleted, where a run or a song that one names is missing or damaged: what
    that one needs cannot be known.
    """
    folder = reading(path)
    found = Rubbish()
    for file in _temporary(folder):
        found.add("temporary", file)
    if not yes:
        _survey(folder, found)
        return {"deleted": False, **found.to_json()}
    with writing(path) as folder:  # which sweeps temporary files away
        _survey(folder, found)
        for kind in KINDS:
            _delete(found.files[kind])
    return {"deleted": True, **found.to_json()}


def _survey(folder: SongFolder, found: Rubbish) -> None:
    needed = reachable(folder)
    for directory in folder.objects.directories():
        for file in _files(directory):
            sha = directory.name + file.name
            if is_sha(sha) and sha not in needed:
                found.add("objects", file)
    for file in _cached(folder.cache.path):
        found.add("cache", file)


def reachable(folder: SongFolder) -> set[str]:
    """SHA-256 of every object that a run, the song as it is, or an object named by these can need. Errors as
    of `collect`.
    """
    texts = [read_limited(folder.path / "song.json", "song.json", SONG_LIMIT)]
    folder.load()
    for number in folder.runs.numbers():
        record = folder.runs.read(number)
        step = record.get("song")
        for sha in (step["before"], step["after"]) if isinstance(step, dict) else ():
            if not folder.objects.has(sha):
                raise StemwrightError(
                    f"runs/{number:06d}.json: {folder.objects.name(sha)}, which it names, is missing; what "
                    "that one needs cannot be known: restore it from a copy"
                )
        texts.append(read_limited(folder.runs.path / f"{number:06d}.json", f"runs/{number:06d}.json"))
    found: set[str] = set()
    while texts:
        named = {sha.decode("ascii") for sha in _SHA.findall(texts.pop())} - found
        found |= named
        texts += filter(None, (_document(folder, sha) for sha in named))
    return found


def _document(folder: SongFolder, sha: str) -> bytes | None:
    """An object that names others, which only JSON does; None for any other, and where there is none."""
    file = folder.objects.file(sha)
    try:
        with open(file, "rb") as opened:
            if opened.read(1) != b"{":
                return None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StemwrightError(f"{folder.objects.name(sha)}: cannot be read: {error.strerror}") from error
    return folder.objects.get(sha)


def _temporary(folder: SongFolder) -> Iterator[Path]:
    """What processes that were killed left behind."""
    for directory in (folder.path, folder.runs.path, folder.renders.path, *folder.objects.directories()):
        yield from (file for file in _files(directory) if atomic.is_temp(file.name))


def _cached(directory: Path) -> Iterator[Path]:
    """All of the cache, in folders of it too; not what links lead to, nor what file managers leave."""
    if directory.is_symlink():
        return
    for root, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not is_foreign(name)]
        for name in names:
            file = Path(root, name)
            if not is_foreign(name) and not file.is_symlink():
                yield file


def _files(directory: Path) -> Iterator[Path]:
    """The plain files in a folder; none where it is a link or not there."""
    if directory.is_dir() and not directory.is_symlink():
        with os.scandir(directory) as entries:
            yield from (Path(entry.path) for entry in entries if entry.is_file(follow_symlinks=False))


def _delete(files: list[Path]) -> None:
    """Delete files, and folders that are empty then. StemwrightError where that is not allowed."""
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise atomic.explain(error, file) from error
    for directory in {file.parent for file in files}:
        if directory.name not in ("cache", "objects"):
            with contextlib.suppress(OSError):
                directory.rmdir()
