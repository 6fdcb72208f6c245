"""The kinds of files that `import` reads (MIDI, MusicXML, ABC): by their endings, else by how they begin."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument

if TYPE_CHECKING:
    from stemwright.notation.sheet import Sheet, Syllable
    from stemwright.song.midi import MidiSong

STDIN = "standard input"
_ENDINGS = {
    ".mid": "midi", ".midi": "midi", ".kar": "midi", ".rmi": "midi", ".musicxml": "musicxml",
    ".xml": "musicxml", ".mxl": "musicxml", ".abc": "abc",
}  # fmt: skip
_BEGINNINGS = ((b"PK\x03\x04", "musicxml"), (b"<", "musicxml"), (b"X:", "abc"), (b"%abc", "abc"))
_PEEK = 256
MAX_BYTES = 30_000_000
"""Of standard input."""


@dataclass(slots=True)
class Source:
    """A file that was read. `name`: what errors call it; `title`: its own; `syllables`: of each track."""

    name: str
    midi: MidiSong
    title: str = ""
    syllables: list[tuple[Syllable, ...]] = field(default_factory=list)


def read_source(
    file: Path, strict: bool = False, tune: int | None = None, split_voices: bool = False
) -> Source:
    """What a file ("-": standard input) holds, in ticks of a song. `strict`: a damaged one is refused;
    `tune`: the number (its X:) of an ABC file's tune, default its first; `split_voices`: of printed music
    each voice is a track. UsageError where it cannot be read.
    """
    name = STDIN if str(file) == "-" else file.name
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if name == STDIN else None
    kind = _kind(file, data)
    if tune is not None and kind != "abc":
        raise UsageError(f"{argument('tune')}: {name} is no ABC file; leave it out")
    if split_voices and kind == "midi":
        raise UsageError(f"{argument('split_voices')}: {name} is a MIDI file, whose tracks are its voices")
    if kind == "midi":
        from stemwright.song.midi_read import read_midi

        return Source(name, read_midi(file if data is None else data, name, strict))
    from stemwright.exchange.sheets import played

    found = played(_sheet(file if data is None else data, name, kind, tune), name, split_voices, strict)
    return Source(name, found.midi, found.title, found.syllables)


def _sheet(source: Path | bytes, name: str, kind: str, tune: int | None) -> Sheet:
    if kind == "abc":
        from stemwright.notation.abc import read_abc

        return read_abc(source, name, tune)
    from stemwright.notation.musicxml import read_musicxml

    return read_musicxml(source, name, graces=True)


def _kind(file: Path, data: bytes | None) -> str:
    """What a file is by its ending, else by how it begins, else MIDI."""
    known = _ENDINGS.get(file.suffix.lower()) if data is None else None
    if known is not None:
        return known
    if data is None:
        try:
            with file.open("rb") as opened:
                data = opened.read(_PEEK)
        except (OSError, ValueError):  # who reads it says what is wrong
            return "midi"
    start = data[:_PEEK].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "musicxml"
    return next((kind for begin, kind in _BEGINNINGS if start.startswith(begin)), "midi")
