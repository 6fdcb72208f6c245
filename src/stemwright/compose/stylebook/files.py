"""Where styles are: those shipped beside this file, and the user's own.

The user's own styles are files `my-NAME.toml` in the folder `styles` of the user's data;
`STEMWRIGHT_STYLES=DIR` takes another folder. The name's beginning keeps them apart from shipped styles, of
now and of later, so a song's style always says whether it needs a file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from stemwright.errors import UsageError
from stemwright.models.registry import user_data

OWN = "my-"
"""What the names of the user's own styles begin with."""
MAX_BYTES = 64 * 1024
_OWN_NAME = re.compile(rf"{OWN}[a-z0-9][a-z0-9_-]{{0,59}}")


def shipped_file(name: str) -> Path:
    """The file of a shipped style."""
    return Path(__file__).parent / f"{name}.toml"


def own_folder() -> Path:
    """The folder of the user's own styles, there or not. UsageError where `STEMWRIGHT_STYLES` names none."""
    explicit = os.environ.get("STEMWRIGHT_STYLES")
    if explicit and not Path(explicit).is_dir():
        raise UsageError(
            f"STEMWRIGHT_STYLES: {explicit!r} is not a folder; name a folder of style files or unset it"
        )
    return Path(explicit) if explicit else user_data() / "styles"


def is_own(name: str) -> bool:
    """Whether a name is one that the user's own styles have."""
    return _OWN_NAME.fullmatch(name) is not None


def own_files() -> dict[str, Path]:
    """Name -> file of the user's own styles, by name."""
    folder = own_folder()
    found = sorted(folder.glob(f"{OWN}*.toml")) if folder.is_dir() else []
    return {path.stem: path for path in found if is_own(path.stem)}


def content(path: Path) -> bytes:
    """What a style file holds, at most one byte beyond `MAX_BYTES`. UsageError where it cannot be read."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise UsageError(f"{path}: is not a file; name a style file, {OWN}NAME.toml")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{path}: cannot be read as a style file ({reason}); name a style file, {OWN}NAME.toml"
        ) from None
