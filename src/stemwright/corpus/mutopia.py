"""The Mutopia Project's pieces by its `index.tsv`: who wrote and engraved each, its licence, its split.

Only editions are read that may be learned from and whose makers are named: public domain, CC0, CC-BY.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stemwright.corpus.splits import VALID_COMPOSERS, held_out

FOLDER, INDEX = "mutopia_popular", "index.tsv"
FREE = re.compile(r"public domain|cc0.*|creative commons attribution [0-9.]+", re.IGNORECASE)
"""Licences under which a piece is read; none that binds what is made of it, as ShareAlike does."""
NOBODY = frozenset({"Traditional", "Anonymous"})
"""Composers that are no one: their pieces are held out by name, a few of many."""
_CODE = re.compile(r"(.+[a-z])([A-Z][A-Za-z]{0,2})")
_ANOTHER = re.compile(r"-[0-9]+$")
_FIELDS = ("kind", "file", "composer", "title", "licence", "maintainer")
_LONGEST = 120
"""Letters of a title that a credit gives."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A MIDI file of the index. `kind`: the folder it lies in (ragtime, song, hymn, march, dance, folk);
    `composer`: as plain text, "Scott Joplin" or "J. P. Sousa"; `maintainer`: who made the edition.
    """

    path: Path
    kind: str
    composer: str
    title: str
    licence: str
    maintainer: str

    @property
    def name(self) -> str:
        """Its place below the sources."""
        return "/".join(self.path.parts[-3:])

    @property
    def free(self) -> bool:
        """Whether it may be learned from."""
        return FREE.fullmatch(self.licence) is not None

    @property
    def credit(self) -> str:
        """Its line among the credits."""
        title = self.title[:_LONGEST]
        return f'"{title}" ({self.composer}), edition by {self.maintainer}, {self.licence}'


@cache
def pieces(folder: Path) -> tuple[Piece, ...]:
    """The MIDI files that the index names, in the order of their paths; none where there is no index. A file
    "name-2" is another part of the edition "name".
    """
    index = folder / INDEX
    if not index.is_file():
        return ()
    with index.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = {(row["kind"], row["file"]): row for row in table if all(row.get(name) for name in _FIELDS)}
    found = []
    for path in sorted(folder.glob("*/*.mid")):
        kind = path.parent.name
        row = rows.get((kind, path.stem)) or rows.get((kind, _ANOTHER.sub("", path.stem)))
        if row is not None:
            who = person(row["composer"])
            found.append(Piece(path, kind, who, row["title"], row["licence"], row["maintainer"]))
    return tuple(found)


@cache
def split_pieces(folder: Path, split: str) -> tuple[Piece, ...]:
    """The free pieces of a split: by their composers, those of no one by their names."""
    free = [piece for piece in pieces(folder) if piece.free]
    held = held_out([p.name for p in free if p.composer in NOBODY])

    def valid(piece: Piece) -> bool:
        return piece.composer in VALID_COMPOSERS or piece.name in held

    return tuple(piece for piece in free if valid(piece) == (split == "valid"))


def passed_over(folder: Path) -> list[str]:
    """Lines of what is not read: files that the index does not name, and licences that are not free."""
    if not folder.is_dir():
        return []
    if not (folder / INDEX).is_file():
        return [f"{folder.name}: has no {INDEX}, which says whom its pieces are to be credited to"]
    known = {piece.path: piece for piece in pieces(folder)}
    out = []
    for path in sorted(folder.glob("*/*.mid")):
        name = path.relative_to(folder.parent).as_posix()
        if path not in known:
            out.append(f"{name}: {INDEX} does not name it")
        elif not known[path].free:
            out.append(f"{name}: its licence is {known[path].licence!r}; read are public domain, CC0, CC-BY")
    return out


def person(code: str) -> str:
    """Who a composer's code means: "SousaJP" is "J. P. Sousa"; one of VALID_COMPOSERS has the name there."""
    found = _CODE.fullmatch(code)
    if found is None:
        return code
    last, initials = found.groups()
    for name in VALID_COMPOSERS:
        first, _, family = name.rpartition(" ")
        if family == last and first.startswith(initials[0]):
            return name
    return " ".join([*(f"{letter}." for letter in initials), last])
