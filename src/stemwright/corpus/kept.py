"""What was read of each file, kept beside the corpus: a build that was stopped goes on where it was.

`read.jsonl` has a line for each file: its name, the hash of all that its songs depend on, why it was passed
over, and its songs. Lines are only ever added, each at once; one that was cut off is read again, and of two
for one file the later counts.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from stemwright.corpus.song import CorpusSong, from_record
from stemwright.corpus.sources import File
from stemwright.errors import UsageError
from stemwright.store.atomic import make_directory

NAME = "read.jsonl"
_SONGS = b',"songs":['
Read = tuple[list[CorpusSong], str | None]
"""The songs of a file, and why it has none (None: it was read)."""


class Kept:
    """The lines of `folder`; used as a context, for it holds the file open."""

    def __init__(self, folder: Path) -> None:
        make_directory(folder)
        self._file = (folder / NAME).open("a+b")
        self._places: dict[tuple[str, str], int] = {}
        self._file.seek(0)
        end = 0
        for line in self._file:
            head, found, _ = line.partition(_SONGS)
            if not line.endswith(b"\n"):
                self._file.truncate(end)
                break
            with suppress(ValueError, KeyError, TypeError):
                about = json.loads(head + b"}") if found else {}
                self._places[about["file"], about["sha256"]] = end
            end += len(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, file: File) -> Read:
        """The songs of a file: as they were kept, or read now and kept."""
        sha = file.sha256()
        found = self._found((file.name, sha))
        return found if found is not None else self._add(file, sha)

    def _found(self, key: tuple[str, str]) -> Read | None:
        if key not in self._places:
            return None
        self._file.seek(self._places[key])
        try:
            record = json.loads(self._file.readline())
            return [from_record(song) for song in record["songs"]], record["skipped"]
        except (UsageError, ValueError, KeyError):
            return None

    def _add(self, file: File, sha: str) -> Read:
        songs: list[CorpusSong] = []
        skipped = None
        try:
            songs = list(file.songs())
        except UsageError as error:
            skipped = f"{file.name}: {error}"
        about = {"file": file.name, "sha256": sha, "skipped": skipped}
        head = json.dumps(about, separators=(",", ":")).encode()[:-1]
        self._file.write(head + _SONGS + ",".join(song.line() for song in songs).encode() + b"]}\n")
        self._file.flush()
        return songs, skipped
