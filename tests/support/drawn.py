"""Scores and cuts that hypothesis draws."""

from __future__ import annotations

from hypothesis import strategies as st

from stemwright.song.score import Note, Score


def scores(last: int = 400) -> st.SearchStrategy[Score]:
    """Up to a dozen notes that begin before tick `last`; chords, repetitions and overlaps among them."""
    pitches = st.sampled_from((36, 38, 42, 60, 61))
    note = st.builds(Note, st.integers(0, last), st.integers(1, 300), pitches, st.integers(1, 127))
    return st.lists(note, max_size=12).map(Score.from_notes)


def cuts(frames: int) -> st.SearchStrategy[list[int]]:
    """Where `frames` frames are cut: rising, 0 first and `frames` last."""
    inside = st.sets(st.integers(1, frames - 1), max_size=4)
    return inside.map(lambda at: [0, *sorted(at), frames])
