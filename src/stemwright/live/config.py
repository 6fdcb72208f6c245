"""What the user keeps for playing live: folders of the user's config, and TOML files in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError


def own_folder(name: str) -> Path:
    """A folder of the user's config, there or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("stemwright", appauthor=False)) / name


def plain_name(text: str, most: int) -> str:
    """A name as a file may be called: a-z, 0-9 and -, at most so long; "" where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:most]


def read_limited(path: Path, most: int) -> bytes:
    """A file's first bytes, one more than may be. UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def parse_toml(data: bytes, most: int, what: str) -> dict[str, Any]:
    """What a file of at most so many bytes holds. UsageError for a larger one, which is hardly ``what``, and
    for what is no TOML in UTF-8."""
    if len(data) > most:
        raise UsageError(f"is larger than {most // 1024} KB; {what} is a few of them")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8 text; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is not TOML ({' '.join(str(error).split())[:120]})") from None
