"""All songs of the sources, in a fixed order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stemwright.compose.analysis import settled_chords
from stemwright.corpus import mutopia
from stemwright.corpus.readers.bandsongs import band_songs
from stemwright.corpus.readers.composers import UNKNOWN, band_composers
from stemwright.corpus.readers.engraved import PRINT, engraved
from stemwright.corpus.readers.grooves import groove
from stemwright.corpus.readers.leadsheets import DEFAULT_STYLE, lead_sheet, styles_of
from stemwright.corpus.readers.lieder import ANALYSIS, lied
from stemwright.corpus.readers.own import own_songs
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.splits import authors, band_files, gmd_rows, own_files, sheet_files
from stemwright.errors import UsageError
from stemwright.song.layers import is_drums

READING = 1
"""Raised whenever a reader makes other songs of a file."""
HELLAND = "Tanner Helland"
"""Who wrote all that is in the set of that name."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source. `name`: its path below the sources; `told`: what its reader is given beside it;
    `beside`: another file that it looks at, where that is there; `credit`: whom its music is owed to, where
    each piece of its set has someone of its own.
    """

    source: str
    name: str
    path: Path
    reader: Callable[..., Iterator[CorpusSong]]
    told: tuple[Any, ...] = ()
    beside: Path | None = None
    credit: str = ""

    def songs(self) -> Iterator[CorpusSong]:
        """Its songs, with chords. UsageError where it cannot be read."""
        return map(with_chords, self.reader(self.path, *self.told))

    def sha256(self) -> str:
        """What its songs depend on."""
        whole = hashlib.sha256(f"{READING} {self.source} {self.name} {self.told!r}\n".encode())
        for path in (self.path, self.beside):
            whole.update(path.read_bytes() if path is not None and path.is_file() else b"")
        return whole.hexdigest()


def _openewld(symbolic: Path, split: str) -> Iterator[File]:
    folder = symbolic / "openewld"
    styles = styles_of(folder)
    for path in sheet_files(folder, split):
        style = styles.get(path.relative_to(folder).as_posix(), DEFAULT_STYLE)
        yield File("openewld", _name(symbolic, path), path, lead_sheet, (_people(folder, path), style))


def _lieder(symbolic: Path, split: str) -> Iterator[File]:
    folder = symbolic / "lieder"
    for path in sheet_files(folder, split):
        people = _people(folder, path)
        yield File("lieder", _name(symbolic, path), path, lied, (people,), path.parent / ANALYSIS)


def _gmd(symbolic: Path, split: str) -> Iterator[File]:
    for row in gmd_rows(symbolic / "gmd", split):
        path = symbolic / "gmd" / row["midi_filename"]
        yield File("gmd", f"gmd/{row['midi_filename']}", path, groove, (row,))


def _bands(source: str) -> Callable[[Path, str], Iterator[File]]:
    def found(symbolic: Path, split: str) -> Iterator[File]:
        composers = band_composers(symbolic)
        for path in band_files(symbolic / source, split):
            told = (composers.get(path.stem, UNKNOWN),)
            yield File(source, _name(symbolic, path), path, band_songs, told)

    return found


def _tanner_helland(symbolic: Path, split: str) -> Iterator[File]:
    for path in band_files(symbolic / "tanner_helland", split):
        credit = f'"{path.stem}" ({HELLAND}), CC-BY 4.0'
        yield File("tanner_helland", _name(symbolic, path), path, band_songs, ((HELLAND,),), credit=credit)


def _mutopia(symbolic: Path, split: str) -> Iterator[File]:
    for piece in mutopia.split_pieces(symbolic / mutopia.FOLDER, split):
        name, beside = _name(symbolic, piece.path), piece.path.with_suffix(PRINT)
        told = (piece.kind, piece.composer)
        yield File(mutopia.FOLDER, name, piece.path, engraved, told, beside, piece.credit)


def _own(symbolic: Path, split: str) -> Iterator[File]:
    for path in own_files(symbolic, split):
        name = _name(symbolic, path)
        yield File("own", name, path, own_songs, (name,))


_FILES: dict[str, Callable[[Path, str], Iterator[File]]] = {
    "openewld": _openewld,
    "lieder": _lieder,
    "gmd": _gmd,
    "freedoom": _bands("freedoom"),
    "easyrpg": _bands("easyrpg"),
    "tanner_helland": _tanner_helland,
    mutopia.FOLDER: _mutopia,
    "own": _own,
}
SOURCES = tuple(_FILES)


def files(symbolic: Path, split: str, sources: Sequence[str] = SOURCES) -> Iterator[File]:
    """Every file of a split that the sources have below a folder; of sets that are not there, none."""
    for source in sources:
        yield from _FILES[source](symbolic, split)


def unread(symbolic: Path) -> list[str]:
    """Lines of what the known sets below a folder have that may not be read, and why."""
    return mutopia.passed_over(symbolic / mutopia.FOLDER)


def _name(symbolic: Path, path: Path) -> str:
    return path.relative_to(symbolic).as_posix()


def _people(folder: Path, path: Path) -> tuple[str, ...]:
    return tuple(sorted(authors(path.relative_to(folder).parts[0])))


def with_chords(song: CorpusSong) -> CorpusSong:
    """The song with chords found from its notes, where it has none and its notes have pitches."""
    if song.chords != "none" or all(is_drums(layer) for layer in song.scores):
        return song
    state = song.state
    chords = settled_chords(song.scores, state.lines, state.bars, state.key)
    return replace(song, state=state.with_(chords=chords), chords="found") if chords else song


def part_of(folder: Path, part: str) -> Path:
    """Where a folder of sources has its "symbolic" or "samples": in a folder of that name, else anywhere in
    it. UsageError where it is no folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; name one with MIDI, MusicXML, SFZ or soundfont files")
    return folder / part if (folder / part).is_dir() else folder
