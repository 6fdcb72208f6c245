"""All songs of the sources, in a fixed order. Which split a song is in, the audio models' sources say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from stemwright.corpus.credits import CREDITS
from stemwright.corpus.readers.bandsongs import band_songs
from stemwright.corpus.readers.composers import UNKNOWN, band_composers
from stemwright.corpus.readers.grooves import groove
from stemwright.corpus.readers.leadsheets import DEFAULT_STYLE, lead_sheet, styles_of
from stemwright.corpus.readers.lieder import lied
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.splits import FOLDERS, authors, band_files, gmd_rows, sheet_files
from stemwright.errors import UsageError

SOURCES = ("openewld", "lieder", "gmd", "freedoom", "easyrpg")
ABOUT = {name: CREDITS[name] for name in SOURCES} | {
    "openewld": CREDITS["openewld"] | {"what": "OpenEWLD lead sheets of public-domain songs"},
    "lieder": CREDITS["lieder"] | {"what": "OpenScore Lieder Corpus, with analyses made by AugmentedNet"},
}
"""What each source is, its licence and whom to credit."""
Read = Callable[[], Iterator[CorpusSong]]


def files(symbolic: Path, split: str) -> Iterator[tuple[str, Read]]:
    """(what it is, how its songs are read) of every file of a split. UsageError where a source is missing."""
    yield from _sheets(symbolic, split)
    for path in sheet_files(symbolic, "lieder", split):
        yield (
            str(path.relative_to(symbolic)),
            partial(lied, path, _people(symbolic / FOLDERS["lieder"], path)),
        )
    for row in gmd_rows(symbolic / "gmd", split):
        yield f"gmd/{row['midi_filename']}", partial(groove, symbolic / "gmd", row)
    composers = band_composers(symbolic)
    for path in band_files(symbolic, split):
        people = composers.get(path.stem, UNKNOWN)
        yield str(path.relative_to(symbolic)), partial(band_songs, path, people)


def _sheets(symbolic: Path, split: str) -> Iterator[tuple[str, Read]]:
    folder = symbolic / FOLDERS["sheets"]
    styles = styles_of(folder)
    for path in sheet_files(symbolic, "sheets", split):
        style = styles.get(path.relative_to(folder).as_posix(), DEFAULT_STYLE)
        yield str(path.relative_to(symbolic)), partial(lead_sheet, path, _people(folder, path), style)


def _people(folder: Path, path: Path) -> tuple[str, ...]:
    return tuple(sorted(authors(path.relative_to(folder).parts[0])))


def read(name: str, songs: Read, skipped: list[str]) -> list[CorpusSong]:
    """The songs of a file; of one that cannot be read none, and a line in `skipped`."""
    try:
        return list(songs())
    except UsageError as error:
        skipped.append(f"{name}: {error}")
        return []


def require_sources(folder: Path, part: str) -> None:
    """UsageError where the sources' folder lacks a part, ``symbolic`` or ``samples``."""
    if not (folder / part).is_dir():
        raise UsageError(f"{folder / part}: no such folder; name a folder with symbolic/ and samples/")
