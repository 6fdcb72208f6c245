from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stemwright.dataset.humanise import Feel, draw_feel, humanised
from stemwright.song.score import Note, Score

CHORDS = Score.from_notes(Note(t, 90, p, 80) for t in range(0, 3840, 96) for p in (48, 52, 55))
MS = 60_000 / 96 / 120


def test_what_is_played_as_it_stands() -> None:
    assert all(draw_feel(Random(seed), True) == Feel() for seed in range(50))
    assert humanised(CHORDS, Feel(), Fraction(120), 3840, Random(1)) is CHORDS
    drawn = [draw_feel(Random(seed), False) for seed in range(400)]
    assert 0.15 < np.mean([feel == Feel() for feel in drawn]) < 0.35


@given(st.integers(0, 2**32))
def test_notes_move_by_milliseconds_and_stay_in_the_clip(seed: int) -> None:
    feel = draw_feel(Random(seed), False)
    played = humanised(CHORDS, feel, Fraction(120), 3840, Random(seed))
    assert len(played.notes) == len(CHORDS.notes) and played.end_tick <= 3840
    moved = [b.onset - a.onset for a, b in zip(_by_pitch(CHORDS), _by_pitch(played), strict=True)]
    assert max(map(abs, moved)) * MS <= abs(feel.lag) + 7 * feel.loose + MS
    assert played == humanised(CHORDS, feel, Fraction(120), 3840, Random(seed))
    assert played == played.without_overlaps()


def _by_pitch(score: Score) -> list[Note]:
    return sorted(score.notes, key=lambda n: (n.pitch, n.onset))


def test_feel_is_what_it_says() -> None:
    feel = Feel(loose=8.0, lag=10.0, touch=6.0, gate=0.9)
    played = humanised(CHORDS, feel, Fraction(120), 3840, Random(2))
    pairs = list(zip(_by_pitch(CHORDS), _by_pitch(played), strict=True))
    moved = np.array([b.onset - a.onset for a, b in pairs]) * MS
    assert 5.0 < moved.mean() < 15.0 and 4.0 < moved.std() < 12.0
    assert 3.0 < np.std([b.velocity for _, b in pairs]) < 9.0
    assert max(b.duration for _, b in pairs) == 81
    bars = moved.reshape(3, -1)  # the three voices of each chord stay close to each other
    assert bars.std(axis=0).mean() < 0.5 * moved.std()
