"""Anybody's MIDI and MusicXML files as songs. Their style is the nearest folder that is named like one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stemwright.corpus.readers.bandsongs import band_songs
from stemwright.corpus.readers.composers import UNKNOWN
from stemwright.corpus.readers.leadsheets import lead_sheet
from stemwright.corpus.readers.lieder import lied
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.splits import MIDI
from stemwright.errors import UsageError
from stemwright.notation.musicxml import read_musicxml
from stemwright.song.style import canonical


def own_songs(path: Path, name: str) -> Iterator[CorpusSong]:
    """The songs of a file called `name`, its path below the sources: MIDI is read as a band, MusicXML as a
    song with piano where a part has two staves, else as a lead sheet. UsageError: there are none.
    """
    style = next(filter(None, map(canonical, reversed(name.split("/")[:-1]))), "")
    number = 0
    for number, song in enumerate(_read(path, style), 1):
        called = name + (f"#{number}" if number > 1 else "")
        state = song.state.with_(style=style)
        yield replace(song, state=state, source="own", name=called)
    if not number:
        raise UsageError(f"{path.name}: has no song: nothing of 8 bars (MIDI: 4) and 12 notes in one meter")


def _read(path: Path, style: str) -> Iterator[CorpusSong]:
    if path.suffix.lower() in MIDI:
        return band_songs(path, UNKNOWN)
    if any(part.staves >= 2 for part in read_musicxml(path).parts):
        return lied(path, UNKNOWN)
    return lead_sheet(path, UNKNOWN, style)
