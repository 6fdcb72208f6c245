"""Objects: tokens and scores, kept under the SHA-256 of their canonical bytes (`objects/ab/cdef...`).

The file *is* the canonical bytes, so its name proves its content and `sha256sum` can check it. Objects are
never changed; the same content is stored once.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from stemwright.errors import StemwrightError
from stemwright.store import atomic
from stemwright.store.guard import Guard
from stemwright.store.records import is_sha, read_limited, sha256

OBJECT_LIMIT = 1024 * 1024 * 1024


class Objects:
    """The object files of the song folder `root`."""

    def __init__(self, root: Path, guard: Guard = contextlib.nullcontext) -> None:
        self._guard = guard
        self.path = root / "objects"

    def put(self, kind: str, data: bytes) -> str:
        """Store canonical bytes `data`; returns their SHA-256.

        `kind` ("tokens", "score", ...) only names it in errors.

        An object already there is kept; one that was damaged is repaired.
        """
        if len(data) > OBJECT_LIMIT:
            raise StemwrightError(
                f"{kind}: {len(data):,} bytes are more than an object may hold ({OBJECT_LIMIT:,})"
            )
        sha = sha256(data)
        with self._guard():
            if not self._intact(sha):
                atomic.write_bytes(self.file(sha), data)
        return sha

    def get(self, sha: str) -> bytes:
        """The canonical bytes of object `sha`, checked. StemwrightError where it is missing or damaged."""
        try:
            data = read_limited(self.file(sha), self.name(sha), OBJECT_LIMIT)
        except FileNotFoundError:
            raise StemwrightError(
                f"{self.name(sha)}: the object is missing; restore it, or generate the layer again"
            ) from None
        if sha256(data) != sha:
            raise StemwrightError(
                f"{self.name(sha)}: the object is damaged; restore it, or generate the layer again"
            )
        return data

    def has(self, sha: str) -> bool:
        """Whether a file for `sha` is there (its content is checked by `get` and `verify`)."""
        return is_sha(sha) and self.file(sha).is_file()

    def file(self, sha: str) -> Path:
        """Where object `sha` lies.

        StemwrightError unless `sha` is 64 hex digits, so no path can leave the song.
        """
        if not is_sha(sha):
            raise StemwrightError(f"not an object's SHA-256 (64 hex digits): {str(sha)[:80]!r}")
        return self.path / sha[:2] / sha[2:]

    def name(self, sha: str) -> str:
        """The object's path inside the song, for messages."""
        return f"objects/{sha[:2]}/{sha[2:]}"

    def directories(self) -> Iterator[Path]:
        """Every directory that may hold objects or their temporary files."""
        yield self.path
        if self.path.is_dir() and not self.path.is_symlink():
            yield from sorted(path for path in self.path.iterdir() if path.is_dir() and not path.is_symlink())

    def _intact(self, sha: str) -> bool:
        try:
            self.get(sha)
        except StemwrightError:
            return False
        return True
