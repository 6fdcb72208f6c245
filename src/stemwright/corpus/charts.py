"""All charts below a folder of sources: those with chords, and those of forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from stemwright.compose.degrees import HOLD, NONE, SLOTS, bar_text, token
from stemwright.corpus.charted import Charted, Part
from stemwright.corpus.readers.billboard import billboard
from stemwright.corpus.readers.harmonix import harmonix
from stemwright.corpus.readers.progressions import progressions
from stemwright.corpus.readers.rs200 import rs200
from stemwright.corpus.readers.salami import salami
from stemwright.corpus.song import CorpusSong
from stemwright.errors import UsageError

CHORDS = ("billboard", "rs200", "chord_progressions")
"""Sources (of `corpus.credits`) whose charts have chords."""


@dataclass(frozen=True, slots=True)
class Charts:
    """The songs, and a line of each file that could not be read."""

    songs: tuple[Charted, ...]
    faults: tuple[str, ...]


def charts(symbolic: Path) -> Charts:
    """The charts of the sets that a folder has, in a fixed order; none where it has none."""
    songs: list[Charted] = []
    faults: list[str] = []
    for found in _all(symbolic):
        if isinstance(found, UsageError):
            faults.append(str(found))
        else:
            songs.append(found)
    return Charts(tuple(songs), tuple(faults))


_OF_NOTES = {"openewld": "jazz", "lieder": "classical"}
_LETTERS = {"a": "verse", "b": "bridge"}


def chart_of(song: CorpusSong) -> Charted | None:
    """The chart of a song of the corpus whose chords its printed music gives; None for others."""
    state = song.state
    if song.chords != "given" or song.source not in _OF_NOTES:
        return None
    tonic = state.key.tonic_pc
    bars = []
    for bar in range(state.bars):
        beats = state.chords_of(bar)
        quarters = [beats[slot * len(beats) // SLOTS] for slot in range(SLOTS)]
        said = [NONE if chord is None else token(chord.root_pc - tonic, chord.quality) for chord in quarters]
        bars.append(bar_text([said[0], *(HOLD if a == b else b for a, b in pairwise(said))]))
    parts, first = [], 0
    for section in state.sections:
        own = tuple(bars[first : first + section.bars])
        parts.append(Part(_LETTERS.get(section.name.lower(), ""), section.bars, own))
        first += section.bars
    mode = "minor" if state.key.is_minor else "major"
    family = _OF_NOTES[song.source]
    return Charted(song.source, song.name, family, mode, str(state.meter), round(state.bpm), tuple(parts))


def _all(symbolic: Path) -> Iterator[Charted | UsageError]:
    for path in sorted((symbolic / "mcgill_billboard").glob("[0-9]*.txt")):
        yield _tried(billboard, path)
    for path in sorted((symbolic / "rs200_harmony").glob("*.har")):
        yield _tried(rs200, path)
    table = symbolic / "chord_progressions" / "progressions.tsv"
    if table.is_file():
        try:
            yield from progressions(table)
        except UsageError as error:
            yield error
    for folder, reader in ((symbolic / "harmonix", harmonix), (symbolic / "salami", salami)):
        if folder.is_dir():
            try:
                yield from reader(folder)
            except UsageError as error:
                yield error


def _tried(reader: Callable[[Path], Charted], path: Path) -> Charted | UsageError:
    try:
        return reader(path)
    except UsageError as error:
        return error
