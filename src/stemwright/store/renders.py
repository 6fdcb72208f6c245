"""Renders: stems and mixes in `renders/`, with the SHA-256 of each in the sealed file `renders/index.json`.

A render can always be made again, so one that was deleted is no fault; one that differs from the index is. To
replace files without a moment at which the folder does not verify, the index first names old and new content,
then the files are renamed, then the index names the new content alone.
"""

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from stemwright.errors import StemwrightError, UsageError
from stemwright.song.sealed import seal
from stemwright.store import atomic
from stemwright.store.guard import Guard
from stemwright.store.records import hash_file, is_sha, read_limited, unseal

INDEX_NAME = "index.json"
SCHEMA = 1
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def check_name(name: str) -> str:
    """`name` where it is a plain file name on every system.

    UsageError otherwise, so no render leaves the song.
    """
    bad = (
        not name
        or len(name.encode("utf-8", "replace")) > 240
        or name.startswith(".")
        or name[-1] in ". "
        or _FORBIDDEN.search(name)
        or _DEVICES.fullmatch(name)
        or name.casefold() == INDEX_NAME
        or any(0xD800 <= ord(letter) <= 0xDFFF for letter in name)
    )
    if bad:
        raise UsageError(
            f"not a file name for a render: {name[:80]!r}; use letters, digits, spaces, '-', '_', '#'"
        )
    return name


class Renders:
    """The renders of the song folder `root`."""

    def __init__(self, root: Path, guard: Guard = contextlib.nullcontext) -> None:
        self._guard = guard
        self.path = root / "renders"

    @contextlib.contextmanager
    def writing(self) -> Iterator["RenderBatch"]:
        """Write renders to `batch.path(name)`; all get their names when the block ends well."""
        batch = RenderBatch(self.path)
        with self._guard():
            try:
                yield batch
                self._publish(batch.staged)
            finally:
                for temp in batch.staged.values():
                    with contextlib.suppress(OSError):
                        temp.unlink()

    def put(self, name: str, data: bytes) -> Path:
        """Write one render from bytes; returns its path."""
        with self.writing() as batch:
            path = batch.path(name)
            try:
                path.write_bytes(data)
            except OSError as error:
                raise atomic.explain(error, self.path / name) from error
        return self.path / name

    def index(self) -> dict[str, list[str]]:
        """Name -> the SHA-256 its file may have (two only while it is being replaced).

        StemwrightError if damaged.
        """
        name = f"renders/{INDEX_NAME}"
        try:
            record = unseal(read_limited(self.path / INDEX_NAME, name), name)
        except FileNotFoundError:
            return {}
        if record.get("schema") != SCHEMA:
            raise StemwrightError(f"{name}: schema {record.get('schema')!r} is not {SCHEMA}")
        files = record.get("files")
        if not isinstance(files, dict) or not all(
            isinstance(v, list) and all(map(is_sha, v)) for v in files.values()
        ):
            raise StemwrightError(f"{name}: field files is malformed")
        return files

    def problems(self) -> list[str]:
        """Renders that differ from the index; an index that is gone while files are there."""
        try:
            index = self.index()
        except StemwrightError as error:
            return [str(error)]
        if not index and self.strangers() and not (self.path / INDEX_NAME).exists():
            return [f"renders/{INDEX_NAME}: is missing; run mix again"]
        found = []
        for name in sorted(os.listdir(self.path)) if self.path.is_dir() else []:
            if name not in index:
                continue
            with contextlib.suppress(FileNotFoundError):
                try:
                    if hash_file(self.path / name, f"renders/{name}") not in index[name]:
                        found.append(f"renders/{name}: was changed or damaged; run mix again")
                except StemwrightError as error:
                    found.append(str(error))
        return found

    def strangers(self) -> list[str]:
        """Files that the index does not name: of other programs. [] where the index cannot be read."""
        try:
            known = {INDEX_NAME, *self.index()}
        except StemwrightError:
            return []
        names = sorted(os.listdir(self.path)) if self.path.is_dir() else []
        return [f"renders/{name}" for name in names if name not in known and not atomic.is_temp(name)]

    def _publish(self, staged: Mapping[str, Path]) -> None:
        if not staged:
            return
        new = {}
        for name, temp in staged.items():
            try:
                new[name] = hash_file(temp, f"renders/{name}")
                atomic.sync_file(temp)
            except OSError as error:
                raise atomic.explain(error, self.path / name) from error
        old = self._present(staged)
        self._save({**old, **{name: sorted({*old.get(name, []), sha}) for name, sha in new.items()}})
        for name, temp in staged.items():
            try:
                os.replace(temp, self.path / name)
            except OSError as error:
                raise atomic.explain(error, self.path / name) from error
        atomic.sync_directory(self.path)
        self._save({**old, **{name: [sha] for name, sha in new.items()}})

    def _present(self, staged: Mapping[str, Path]) -> dict[str, list[str]]:
        """The index, less what is gone; where it is damaged, what the files to be replaced hold now."""
        try:
            index = self.index()
        except StemwrightError:
            index = {}
            for name in staged:
                with contextlib.suppress(FileNotFoundError, StemwrightError):
                    index[name] = [hash_file(self.path / name, name)]
        return {name: shas for name, shas in index.items() if (self.path / name).is_file()}

    def _save(self, files: Mapping[str, list[str]]) -> None:
        atomic.write_bytes(self.path / INDEX_NAME, seal({"schema": SCHEMA, "files": dict(files)}))


class RenderBatch:
    """The renders of one `Renders.writing()` block."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.staged: dict[str, Path] = {}

    def path(self, name: str) -> Path:
        """Where to write the render `name` for now. UsageError where that is no plain file name."""
        atomic.make_directory(self._directory)
        temp = self.staged.get(check_name(name)) or atomic.temp_path(self._directory)
        self.staged[name] = temp
        return temp
