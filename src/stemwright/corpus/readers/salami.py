"""Forms of SALAMI: which sections follow each other; bars are not known (Smith et al., 2011)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from stemwright.corpus.charted import Charted, Part, joined, named
from stemwright.corpus.readers.tables import rows_of
from stemwright.errors import UsageError

_CLASS = {"jazz": "jazz", "world": "world", "Live_Music_Archive": "rock"}
_GENRES = (
    ("country", "country"),
    ("folk", "country"),
    ("metal", "metal"),
    ("hip_hop", "hiphop"),
    ("electronica", "dance"),
    ("dance", "dance"),
    ("jazz", "jazz"),
    ("blues", "blues"),
    ("r_b", "soul"),
    ("reggae", "world"),
    ("latin", "latin"),
    ("cuban", "latin"),
    ("world", "world"),
    ("rock", "rock"),
    ("pop", "pop"),
)


def salami(folder: Path) -> Iterator[Charted | UsageError]:
    """The songs of the set in the order of its table, as their first annotator heard them; a row without a
    file is passed over, of a file that cannot be read the error comes in its place. UsageError where there
    is no table.
    """
    for row in rows_of(folder / "metadata.csv"):
        heard = [folder / f"{row.get('SONG_ID')}_{who}.txt" for who in (1, 2)]
        path = next((path for path in heard if path.is_file()), None)
        if path is not None:
            try:
                yield _song(row, path)
            except UsageError as error:
                yield error


def _song(row: Mapping[str, str], path: Path) -> Charted:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); get the set again") from None
    found = []
    for number, line in enumerate(filter(str.strip, lines), 1):
        time, _, said = line.partition("\t")
        if not re.fullmatch(r"\d+(\.\d+)?", time.strip()):
            raise UsageError(f"{path}: line {number} should begin with a time; get the set again")
        words = [word.strip() for word in said.split(",")]
        functions = [word for word in words if len(word) > 2 and "(" not in word and ")" not in word]
        names = [named(word) for word in functions]
        if functions and None not in names:  # a letter alone goes on with what was named before
            found.append(Part(next((name for name in names if name), ""), 0))
    if not any(part.name for part in found):
        raise UsageError(f"{path}: names no sections; it tells nothing of a form")
    title = (row.get("SONG_TITLE") or path.stem).replace("_", " ")
    return Charted("salami", title, _family(row), "major", "4/4", 0, joined(found))


def _family(row: Mapping[str, str]) -> str:
    genre = (row.get("GENRE") or "").lower()
    found = next((family for word, family in _GENRES if word in genre), None)
    return found or _CLASS.get(row.get("CLASS") or "", "pop")
