"""Groove MIDI as songs: drums as they were played, with the style, tempo and meter of its table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from stemwright.corpus.readers.fitting import canonical_drums
from stemwright.corpus.readers.printed import MAX_BARS, MIN_NOTES
from stemwright.corpus.song import CorpusSong
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi import read_midi
from stemwright.song.score import Score
from stemwright.song.state import GlobalState, Section

MIN_BARS = 2
MIN_STROKES = 4
"""Of a fill."""


def groove(path: Path, row: dict[str, str]) -> Iterator[CorpusSong]:
    """The song of a file and its row of `info.csv`; none where that is under two bars. UsageError: it is
    no MIDI file.
    """
    score = _strokes(path)
    bars = _bars(score, _meter(row))
    if bars >= MIN_BARS and len(score.notes) >= MIN_NOTES:
        yield _song(score, bars, row, "groove")


def fill(path: Path, row: dict[str, str]) -> Iterator[CorpusSong]:
    """The whole bars of a fill, as `groove` reads its songs; none where it has fewer than MIN_STROKES. They
    are no songs of the corpus: most are of one bar.
    """
    score = _strokes(path)
    bars = _bars(score, _meter(row))
    if bars and len(score.notes) >= MIN_STROKES:
        yield _song(score, bars, row, "fill")


def _strokes(path: Path) -> Score:
    return canonical_drums(n for t in read_midi(path).tracks for n in t.notes)


def _meter(row: dict[str, str]) -> Meter:
    return Meter.parse(row["time_signature"].replace("-", "/"))


def _bars(score: Score, meter: Meter) -> int:
    """Bars up to the last stroke, which belongs to the bar before where it is on the first beat."""
    last = max((n.onset for n in score.notes), default=0)
    return min(MAX_BARS, (last + meter.ticks_per_beat) // meter.ticks_per_bar)


def _song(score: Score, bars: int, row: dict[str, str], name: str) -> CorpusSong:
    style = row["style"].lower().replace("/", " ")
    sections = (Section(name, bars),)
    state = GlobalState(Fraction(row["bpm"]), _meter(row), Key("C", "major"), sections, style=style)
    scores = {"drums": score.slice(0, state.total_ticks)}
    return CorpusSong(
        state, scores, source="gmd", name=row["id"], composers=(row["drummer"],), timing="human"
    )
