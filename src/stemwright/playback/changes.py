"""`watch`: a song is mixed again whenever something changed it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.producer.mix import mix_song
from stemwright.producer.workspace import reading
from stemwright.store.folder import SONG_LIMIT, SONG_NAME
from stemwright.store.records import read_limited

SHORTEST, LONGEST = 0.1, 3600.0
"""Seconds between two looks."""


def watch_song(
    path: Path,
    *,
    out: Path | None = None,
    quality: str | None = None,
    interval: float = 0.5,
    once: bool = False,
    mix: Callable[..., dict[str, Any]] = mix_song,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[dict[str, Any]]:
    """Mix the song at once, and again each time that `song.json` has other bytes; gives of each mix what
    `mix_song` does, and of one that could not be made its `error`. Looks every `interval` seconds, and not
    while a writer is at work. With `once`, ends after the first, raising its error. UsageError where there
    is no song.
    """
    if not SHORTEST <= interval <= LONGEST:
        raise UsageError(f"{argument('interval')} {interval:g}: give {SHORTEST:g} to {LONGEST:g} seconds")
    folder = reading(path)
    done: str | None = None
    while True:
        now = _state(path)
        if now is not None and now != done and not folder.busy():
            facts: dict[str, Any] | None
            try:
                facts = {**mix(path, out=out, quality=quality), "error": None}
            except StemwrightError as error:
                if once:
                    raise
                # Where a writer came first, what it makes is mixed once it is done.
                facts = None if folder.busy() else {"error": str(error)}
            if facts is not None:
                done = now
                yield facts
            if once:
                return
        wait(interval)


def _state(path: Path) -> str | None:
    """SHA-256 of `song.json`; None while it cannot be read."""
    try:
        return hashlib.sha256(read_limited(path / SONG_NAME, SONG_NAME, SONG_LIMIT)).hexdigest()
    except (OSError, StemwrightError):
        return None
