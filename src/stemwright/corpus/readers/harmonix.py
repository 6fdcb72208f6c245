"""Forms of the Harmonix set: sections by their times, bars by the beats that were heard (Nieto et al.,
2019).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from stemwright.corpus.charted import Charted, Part, joined, named
from stemwright.corpus.readers.tables import rows_of
from stemwright.errors import UsageError
from stemwright.song.tempo import MAX_BPM, MIN_BPM

_FAMILY = {
    "Pop": "pop",
    "Hip-Hop": "hiphop",
    "Dance/Electronic": "dance",
    "Country": "country",
    "Rock": "rock",
    "Alternative": "rock",
    "Metal": "metal",
    "R&B": "soul",
    "Reggaeton": "latin",
    "Funk/Disco": "soul",
    "Classic Rock": "rock",
    "Prog": "rock",
    "Grunge": "rock",
    "Blues": "blues",
    "Pop-Rock": "rock",
    "World": "world",
    "Punk": "rock",
    "Indie Rock": "rock",
}


def harmonix(folder: Path) -> Iterator[Charted | UsageError]:
    """The songs of the set in the order of its table; a row without files is passed over, of one whose files
    cannot be read the error comes in its place. UsageError where there is no table.
    """
    for row in rows_of(folder / "metadata.csv"):
        segments = folder / "segments" / f"{row.get('File')}.txt"
        beats = folder / "beats" / f"{row.get('File')}.txt"
        if segments.is_file() and beats.is_file():
            try:
                yield _song(row, segments, beats)
            except UsageError as error:
                yield error


def _song(row: Mapping[str, str], segments: Path, beats: Path) -> Charted:
    bars = [time for time, beat, *_ in _rows(beats, 2) if float(beat) == 1]
    edges = _rows(segments, 2)
    places = [_nearest(bars, float(time)) for time, *_ in edges]
    found = []
    for (_, label, *_), first, end in zip(edges, places, places[1:], strict=False):
        name = named(label)
        if name is not None and end > first:
            found.append(Part(name, end - first))
    if not found:
        raise UsageError(f"{segments}: has no sections of a bar or more; get the set again")
    said = row.get("BPM") or ""
    bpm = round(float(said)) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", said, re.ASCII) else 0
    return Charted(
        "harmonix",
        row.get("Title") or segments.stem,
        _FAMILY.get(row.get("Genre") or "", "pop"),
        "major",
        (row.get("Time Signature") or "4|4").replace("|", "/"),
        bpm if MIN_BPM <= bpm <= MAX_BPM else 0,
        joined(found),
    )


def _rows(path: Path, columns: int) -> list[list[str]]:
    """The rows of a file, the first column a time in seconds."""
    try:
        found = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for number, words in enumerate(found, 1):
            if len(words) < columns:
                raise UsageError(f"{path}: line {number} should have {columns} columns; get the set again")
            float(words[0])
        return found
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); get the set again") from None


def _nearest(bars: list[str], time: float) -> int:
    """The number of the bar that begins nearest to a time."""
    return min(range(len(bars)), key=lambda number: abs(float(bars[number]) - time), default=0)
