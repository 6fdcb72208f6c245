"""Printed music into layers: stretches of one meter, ranges, accents and the key of what is cut out."""

from __future__ import annotations

from collections.abc import Iterator

from stemwright.corpus.readers.fitting import fitted
from stemwright.notation.sheet import Bar, Sheet, runs
from stemwright.song.score import Note, Score

MIN_BARS, MAX_BARS = 8, 400
MIN_NOTES = 12


def stretches(sheet: Sheet) -> Iterator[list[Bar]]:
    """Runs of at least MIN_BARS whole bars of one meter, cut at MAX_BARS."""
    for first, last in runs(sheet.bars):
        bars = sheet.bars[first : min(last, first + MAX_BARS)]
        if len(bars) >= MIN_BARS:
            yield bars


def cut(notes: list[Note], bars: list[Bar], layer: str) -> Score:
    """The notes of some bars as a layer's score, in its range."""
    start = bars[0].start
    end = start + sum(bar.length for bar in bars)
    return fitted(Score.from_notes(notes).without_overlaps().slice(start, end), layer)


def accented(score: Score, ticks_per_bar: int, ticks_per_beat: int) -> Score:
    """What prints do not say: first beats a little louder, notes off the beat a little softer."""
    out = []
    for n in score.notes:
        place = n.onset % ticks_per_bar
        louder = 5 if place == 0 else 0 if place % ticks_per_beat == 0 else -4
        out.append(Note(n.onset, n.duration, n.pitch, max(1, min(127, n.velocity + louder))))
    return Score.from_notes(out)
