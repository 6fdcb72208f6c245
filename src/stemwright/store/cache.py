"""The journal of finished work: `cache/<key>.json`.

`key` is the SHA-256 of everything a result depends on (`cache_key`), so an entry never goes out of date.
After a kill, work whose key is here is reused, never made twice. A damaged entry counts as absent: the work
is done again.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.song.sealed import canonical_json, seal
from stemwright.store import atomic
from stemwright.store.guard import Guard
from stemwright.store.objects import Objects
from stemwright.store.records import is_sha, read_limited, sha256, unseal

SCHEMA = 1


def cache_key(parts: Mapping[str, Any]) -> str:
    """The SHA-256 of the canonical JSON of `parts`: name everything that the result depends on."""
    return sha256(canonical_json(dict(parts), indent=None))


class Cache:
    """The journal of the song folder `root`.

    A value may have a list `objects` of SHA-256: it then counts only while they are all there and intact.
    """

    def __init__(self, root: Path, guard: Guard = contextlib.nullcontext) -> None:
        self._guard = guard
        self.path = root / "cache"
        self._objects = Objects(root)

    def lookup(self, key: str) -> dict[str, Any] | None:
        """The value of `key`; None where there is none, or it or one of its `objects` is damaged or gone."""
        try:
            value = self.read(key)
            for sha in value.get("objects", ()):
                self._objects.get(sha)
        except (FileNotFoundError, StemwrightError):
            return None
        return value

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Record finished work, durably. Store its objects first."""
        entry = {"schema": SCHEMA, "key": key, "value": dict(value)}
        with self._guard():
            atomic.write_bytes(self.file(key), seal(entry))

    def read(self, key: str) -> dict[str, Any]:
        """The value under `key`. FileNotFoundError, or StemwrightError where the entry is damaged."""
        name = f"cache/{key}.json"
        entry = unseal(read_limited(self.file(key), name), name)
        if entry.get("schema") != SCHEMA:
            raise StemwrightError(f"{name}: schema {entry.get('schema')!r} is not {SCHEMA}")
        value = entry.get("value")
        if entry.get("key") != key or not isinstance(value, dict) or not _is_list(value.get("objects", [])):
            raise StemwrightError(f"{name}: is not the entry of its key")
        return value

    def file(self, key: str) -> Path:
        """Where the entry of `key` lies. StemwrightError unless it is 64 hex digits."""
        if not is_sha(key):
            raise StemwrightError(f"not a cache key (64 hex digits): {str(key)[:80]!r}")
        return self.path / f"{key}.json"


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(is_sha(item) for item in value)
