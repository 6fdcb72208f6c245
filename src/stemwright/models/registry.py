"""Where bundles are found: an explicit folder, those shipped with the package, the user's own.

`STEMWRIGHT_WEIGHTS=DIR` puts a folder of bundles before the shipped ones.
"""

from __future__ import annotations

import os
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.models.bundle import MANIFEST

NAMES = ("codec", "drums", "bass", "harmony", "lead")


def user_data() -> Path:
    """The folder of what the user adds to all songs: bundles in `weights`, styles in `styles`."""
    import platformdirs

    return Path(platformdirs.user_data_dir("stemwright", appauthor=False))


def folders() -> tuple[Path, ...]:
    """Folders of bundles, first wins. UsageError where `STEMWRIGHT_WEIGHTS` names no folder."""
    import stemwright

    explicit = os.environ.get("STEMWRIGHT_WEIGHTS")
    if explicit and not Path(explicit).is_dir():
        raise UsageError(
            f"STEMWRIGHT_WEIGHTS: {explicit!r} is not a folder; name a folder of bundles or unset it"
        )
    package = Path(stemwright.__file__).parent / "weights"
    return (*((Path(explicit),) if explicit else ()), package, user_data() / "weights")


def shipped() -> dict[str, Path]:
    """Name -> folder of every bundle this installation has, shipped and user's."""
    found: dict[str, Path] = {}
    for folder in folders():
        if not folder.is_dir():
            continue
        for entry in sorted(folder.iterdir()):
            if not entry.name.startswith(".") and (entry / MANIFEST).is_file():
                found.setdefault(entry.name, entry)
    return found


def find(name: str | Path) -> Path:
    """Folder of a bundle by name, or the folder itself where a path to one is given; UsageError where there
    is none."""
    text = str(name)
    known = shipped()
    if text in known:
        return known[text]
    if (Path(text) / MANIFEST).is_file():
        return Path(text)
    have = ", ".join(sorted(known)) or "none"
    raise UsageError(
        f"bundle {text!r}: not found (installed: {have}): give one of these or a bundle's folder"
    )
