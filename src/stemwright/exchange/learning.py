"""`style learn`: MIDI files become a style file of one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stemwright.compose.learning.learn import learn
from stemwright.compose.stylebook.files import OWN, is_own, own_folder
from stemwright.compose.stylebook.reading import parse
from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.exchange.imports import Given, read_piece
from stemwright.exchange.programs import timbre_of_program
from stemwright.producer import bundles
from stemwright.song.layers import LAYERS
from stemwright.song.piece import Piece

MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Read:
    """A file, the piece in it, and what its layers came from."""

    file: Path
    piece: Piece
    given: Mapping[str, Given]


def learn_style(files: Sequence[Path], out: Path, replace: bool = False) -> dict[str, Any]:
    """Write the style that MIDI files are in to `out`; what was found, what was taken from a shipped style,
    and which files could not be used. UsageError, and nothing written, where none can be, or `out` is there
    already (without `replace`) or is not named `my-NAME.toml`.
    """
    check_out(out, replace)
    read, unread = read_files(files)
    return {**write_style(read, out), "unread": unread}


def write_style(read: Sequence[Read], out: Path) -> dict[str, Any]:
    """Write the style that pieces are in to `out`; as of `learn_style`. UsageError where they tell none."""
    about = f"learned from {_titles([each.file for each in read])}"
    found = learn([each.piece for each in read], about, _timbres(read))
    data = found.text.encode("utf-8")
    faults = parse(out.stem, data)[1]
    if faults:  # a fault of ours: better no file than a faulty one
        raise StemwrightError(f"{out}: the style that was found is faulty ({faults[0]}); report this")
    _write(out, data)
    return {
        "file": str(out),
        "name": out.stem,
        "like": found.like,
        "learned": {str(each.file): each.piece.state.bars for each in read},
        "found": found.found,
        "taken": list(found.taken),
        "folder": str(own_folder()),
    }


def check_out(out: Path, replace: bool) -> None:
    """UsageError where no style of one's own can be written to `out`."""
    if out.suffix != ".toml" or not is_own(out.stem):
        raise UsageError(
            f"{argument('out')} {str(out)[:80]!r}: a style of your own is called {OWN}NAME.toml, NAME of "
            "a-z, 0-9, _ and -"
        )
    if out.exists() and not (replace and out.is_file()):
        raise UsageError(f"{out}: is there already; choose another name, or add {argument('replace')}")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"{argument('out')} {out}: its folder is not there; make it first")


def read_files(files: Sequence[Path]) -> tuple[list[Read], dict[str, str]]:
    """The files that can be learned from, and why others cannot, by name; each file once. UsageError where
    none can, or where there are too many.
    """
    if not 1 <= len(files) <= MAX_FILES:
        raise UsageError(f"files: {len(files)} given; give 1 to {MAX_FILES} MIDI files")
    read: list[Read] = []
    unread: dict[str, str] = {}
    for file in dict.fromkeys(files):
        try:
            piece, given = read_piece(file)
            read.append(Read(file, piece, given))
        except StemwrightError as error:
            unread[str(file)] = str(error).removeprefix(f"{file.name}: ")
    if not read:
        name, why = next(iter(unread.items()))
        others = f" (nor can {len(unread) - 1} more)" if len(unread) > 1 else ""
        raise UsageError(f"{name}: cannot be learned from: {why}{others}")
    return read, unread


def _titles(files: Sequence[Path]) -> str:
    names = [file.stem for file in files]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _timbres(read: Sequence[Read]) -> dict[str, str]:
    """The timbre of each layer that is nearest to the program that plays most of its notes."""
    out: dict[str, str] = {}
    for layer in LAYERS:
        counts: Counter[int] = Counter()
        for each in read:
            part = each.given.get(layer)
            if part is not None and part.program is not None:
                counts[part.program] += len(part.score.notes)
        known = bundles.timbres_of(layer)
        timbre = timbre_of_program(layer, counts.most_common(1)[0][0], known) if counts else ""
        if timbre:
            out[layer] = timbre
    return out


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from None
