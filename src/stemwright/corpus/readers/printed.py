"""Printed music into layers: stretches of one meter, ranges, accents and the key of what is cut out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from stemwright.corpus.readers.fitting import fitted
from stemwright.corpus.readers.musicxml import Bar, Sheet, runs
from stemwright.song.harmony import QUALITIES, Chord, Key
from stemwright.song.pitch import name_at
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


def keys_of(bars: list[Bar]) -> tuple[Key, Key] | None:
    """The major and the minor key of the signature that most bars have; None where there is none."""
    signatures = Counter(bar.fifths for bar in bars if bar.fifths is not None)
    if not signatures:
        return None
    fifths = signatures.most_common(1)[0][0]
    return Key(name_at(fifths), "major"), Key(name_at(fifths + 3), "minor")


def likelier(both: tuple[Key, Key], weights: NDArray[np.float64]) -> Key:
    """The one of a major key and its relative minor whose tonic, fifth and leading tone sound longer; the
    leading tone counts twice, since it is what the two do not share. `weights`: [12], as of `profile`.
    """

    def heard(key: Key) -> float:
        tonic = key.tonic_pc
        return float(weights[tonic] + weights[(tonic + 7) % 12] + 2 * weights[(tonic + 11) % 12])

    return max(both, key=heard)


def third_of(chord: Chord) -> int | None:
    """3 or 4, the third of a chord with a perfect fifth; None for other chords."""
    tones = QUALITIES[chord.quality]
    return next((tone for tone in (3, 4) if tone in tones), None) if 7 in tones else None
