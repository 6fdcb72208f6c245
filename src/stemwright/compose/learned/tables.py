"""The bundle "patterns": tables by name ("drums", "lead"), each a JSON file of counts by subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from stemwright.compose.learned.counts import Counts
from stemwright.errors import UsageError
from stemwright.models import Bundle, Manifest, load_bundle, shipped, write_bundle
from stemwright.song.sealed import canonical_json, strict_json

NAME = "patterns"
VERSION = 1
OWN = Path(__file__).parents[2] / "weights" / NAME
"""The package's own."""
MAX_BYTES = 8 << 20

Table = Mapping[str, Counts]


def table(name: str) -> Table:
    """A table, by subject, of the first bundle "patterns" that is installed; the package's own is always
    there. UsageError where it is broken.
    """
    return _read(shipped().get(NAME, OWN), name)


@lru_cache(maxsize=64)
def _read(path: Path, name: str) -> Table:
    return read_table(load_bundle(path, kind=NAME, whole=False), name)


def read_table(bundle: Bundle, name: str) -> Table:
    """A table of a bundle. UsageError for one of another version or too large; for a subject that is not of
    counts, when it is asked for."""
    version = bundle.manifest.architecture.get("version")
    if version != VERSION:
        raise UsageError(f"{bundle.path}: patterns of version {version!r}, this one reads {VERSION}: update")
    path = bundle.file(f"{name}.json")
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(f"{path}: has more than {MAX_BYTES} bytes: get the bundle again")
    try:
        record = strict_json(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON ({error}): get the bundle again") from None
    if not isinstance(record, Mapping):
        raise UsageError(f"{path}: should be an object: get the bundle again")
    return _Subjects(record, path)


class _Subjects(Mapping[str, Counts]):
    """The subjects of a table as its file has them; each is checked and sorted when it is asked for, as a
    song asks for few of them."""

    def __init__(self, record: Mapping[str, object], path: Path) -> None:
        self._record, self._path = record, path
        self._counts: dict[str, Counts] = {}

    def __getitem__(self, subject: str) -> Counts:
        if subject not in self._counts:
            self._counts[subject] = Counts.from_json(self._record[subject], f"{self._path}: {subject}")
        return self._counts[subject]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)


def write_tables(path: Path, tables: Mapping[str, Table], manifest: Manifest) -> Bundle:
    """Write a bundle of tables; `manifest` says where they came from."""
    files = {
        f"{name}.json": canonical_json(
            {subject: counts.to_json() for subject, counts in found.items()}, indent=None
        )
        + b"\n"
        for name, found in tables.items()
    }
    return write_bundle(path, manifest, files)
