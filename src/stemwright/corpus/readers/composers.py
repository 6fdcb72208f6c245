"""Who wrote the pieces of the bands' sets: Freedoom's CREDITS-MUSIC and EasyRPG's AUTHORS.md, read as text.

A remix has the names of both, so that no song of either is taken for one by somebody else.
"""

from __future__ import annotations

import re
from pathlib import Path

MAX_BYTES = 1_000_000
UNKNOWN = ("unknown",)
_PLACE = re.compile(r"\s*(E[1-4]M[1-9]|MAP[0-9]{2}|DM[0-9]{2}|[A-Z][a-z]+): (.*)")
_PART = re.compile(r"--(.*)--")
_TITLE = re.compile(r'"[^"]*"(?=\s+by\b|$)|\S+\.mid(?=\s+by\b)')
_NICK = re.compile(r'\s*"[^"]*"\s*')
_LINK = re.compile(r",|\bremix of\b|\bbased on\b|\boriginally\b|\bmodified\b|\bby\b|\band\b|&")
_FILES = {
    ("Phase 1", "Title"): ("d_intro", "d_introa"), ("Phase 1", "Intermission"): ("d_inter",),
    ("Phase 1", "Victory"): ("d_victor",), ("Phase 1", "Bunny"): ("d_bunny",),
    ("Phase 2", "Title"): ("d_dm2ttl",), ("Phase 2", "Intermission"): ("d_dm2int",),
    ("Phase 2", "Story"): ("d_read_m",), ("FreeDM", "Title"): ("d_fdmttl",),
    ("FreeDM", "Intermission"): ("d_fdmint",), ("FreeDM", "Story"): ("d_fdmrdm",),
}  # fmt: skip
_AUTHOR = re.compile(r"`([^`]+)\.mid`\s*\|[^|]*\|\s*([^|\[]+?)\s*\[")


def band_composers(symbolic: Path) -> dict[str, tuple[str, ...]]:
    """Name of a MIDI file without its ending -> its composers, sorted; what is not named is not in it."""
    found = freedoom(_text(symbolic / "freedoom" / "CREDITS-MUSIC"))
    return found | easyrpg(_text(symbolic / "easyrpg" / "AUTHORS.md"))


def _text(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode("utf-8", "replace")


def freedoom(text: str) -> dict[str, tuple[str, ...]]:
    """The composers in CREDITS-MUSIC: 'MAP12: "Sewers" by Discoholic, remix of ...'."""
    found: dict[str, tuple[str, ...]] = {}
    part = ""
    for line in text.splitlines():
        if named := _PART.fullmatch(line.strip()):
            part = named[1]
        elif (place := _PLACE.fullmatch(line)) and not part.startswith("Previously"):
            for name in _FILES.get((part, place[1]), (f"d_{place[1].lower()}",)):
                found.setdefault(name, people(place[2]))
    return found


def people(credit: str) -> tuple[str, ...]:
    """The names in '"Title" by Somebody "nick" Else and Another, remix of "Song" by A Third'."""
    plain = _NICK.sub(" ", _TITLE.sub("", credit))
    names = (" ".join(name.split()) for name in _LINK.split(plain))
    return tuple(sorted({name for name in names if len(name) > 1})) or UNKNOWN


def easyrpg(text: str) -> dict[str, tuple[str, ...]]:
    """The composers in the table of AUTHORS.md."""
    return {name: (author,) for name, author in _AUTHOR.findall(text)}
