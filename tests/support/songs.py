"""What tests look at in a song folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from stemwright.store import SongFolder

SMALL = ("--bpm", "200", "--form", "intro:1 verse:2", "--seed", "5")
"""What makes a song of three bars, 3.6 seconds, with `stemwright song`."""


def token_shas(path: Path) -> dict[str, str]:
    """SHA-256 of the active tokens of every layer, read from the object files themselves."""
    folder = SongFolder.open(path)
    found = {}
    for name, entry in folder.load().layers.items():
        if entry.active is not None:
            data = folder.objects.get(entry.active.tokens_sha256)
            found[name] = hashlib.sha256(data).hexdigest()
    return found


def files(path: Path) -> dict[str, str]:
    """Name inside the folder -> SHA-256 of every file."""
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


def audio(path: Path) -> dict[str, str]:
    """Name -> SHA-256 of every audio file in `renders/`."""
    return {name: sha for name, sha in files(path / "renders").items() if name.endswith((".wav", ".flac"))}
