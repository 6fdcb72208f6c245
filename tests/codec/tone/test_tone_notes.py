"""What the decoder is told of a score: notes as they sound, and rows that do not depend on where one cuts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.tone.layout import BURSTS, DRUM_TAIL, HOP, NOTE_FEATURES, RATE, TAIL
from stemwright.codec.tone.notes import (
    FRAME_FEATURES,
    MAX_HELD,
    PIECES,
    TRACE_FRAMES,
    bursts,
    frame_features,
    notes_of,
    sounding,
)
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.drawn import cuts, scores

TIME = GlobalState.create("120", "C major", "4/4", "verse:2", "rock").timebase
TICK = RATE // 2 // 96
"""Samples of a tick at 120 BPM."""
FRAMES = 260


def score(*notes: tuple[int, int, int, int]) -> Score:
    return Score.from_notes(Note(*note) for note in notes)


def test_a_note_lasts_from_its_tick_to_its_end() -> None:
    found = notes_of("lead", score((0, 96, 60, 127), (48, 48, 64, 64)), TIME)
    assert list(found.start) == [0, 48 * TICK] and list(found.end) == [96 * TICK, 96 * TICK]
    assert list(found.pitch) == [60, 64] and not found.drums and found.tail == TAIL
    assert found.velocity == pytest.approx([1.0, 64 / 127]) and found.velocity.dtype == np.float32
    assert len(notes_of("lead", Score(), TIME)) == 0


def test_a_pitch_that_is_struck_again_ends_its_earlier_note() -> None:
    found = notes_of("lead", score((0, 192, 60, 90), (0, 192, 64, 90), (96, 192, 60, 90)), TIME)
    assert list(found.pitch) == [60, 64, 60]
    assert list(found.end) == [96 * TICK, 192 * TICK, 288 * TICK]


def test_equal_onsets_of_a_pitch_leave_one_note_that_sounds_on() -> None:
    found = notes_of("lead", score((0, 48, 60, 90), (0, 96, 60, 90)), TIME)
    assert sorted(found.end - found.start) == [1, 96 * TICK]


def test_notes_are_held_twelve_seconds_at_most() -> None:
    found = notes_of("lead", score((10, 96 * 100, 60, 90)), TIME)
    assert found.end[0] - found.start[0] == MAX_HELD == 12 * RATE


def test_drums_are_hits_of_pieces() -> None:
    found = notes_of(
        "drums2", score((0, 96, 35, 90), (0, 96, 36, 90), (96, 1, 40, 90), (97, 1, 81, 90)), TIME
    )
    kick, snare, other = (PIECE_PITCH[name] for name in ("kick", "snare", "percussion"))
    assert list(found.pitch) == [kick, kick, snare, other]
    assert (found.end - found.start == 1).all() and found.drums and found.tail == DRUM_TAIL


@given(
    scores(),
    st.sampled_from(("drums", "lead")),
    st.integers(0, 40).flatmap(lambda f: st.tuples(st.just(f), cuts(FRAMES))),
)
@settings(deadline=None, max_examples=60)
def test_any_stretches_have_the_features_of_the_whole(
    notes: Score, layer: str, where: tuple[int, list[int]]
) -> None:
    first, at = where
    found = notes_of(layer, notes, TIME)
    whole = frame_features(found, first, FRAMES)
    assert whole.shape == (FRAMES, FRAME_FEATURES) and whole.dtype == np.float32
    parts = [frame_features(found, first + low, high - low) for low, high in pairwise(at)]
    assert np.array_equal(whole, np.concatenate(parts))


@given(scores(), st.sampled_from(("drums", "lead")), cuts(FRAMES))
@settings(deadline=None, max_examples=60)
def test_any_stretches_have_the_rows_of_the_whole(notes: Score, layer: str, at: list[int]) -> None:
    found = notes_of(layer, notes, TIME)
    whole = sounding(found, 0, FRAMES)
    assert whole.features.shape == (len(whole.note), NOTE_FEATURES)
    assert (np.diff(whole.note) >= 0).all()
    rows = []
    for low, high in pairwise(at):
        part = sounding(found, low, high - low)
        assert ((part.frame >= 0) & (part.frame < high - low)).all()
        rows += [
            (n, f + low, *row)
            for n, f, row in zip(part.note, part.frame, part.features.tolist(), strict=True)
        ]
    want = [(n, f, *row) for n, f, row in zip(whole.note, whole.frame, whole.features.tolist(), strict=True)]
    assert sorted(rows) == sorted(want)


@given(scores(), st.integers(1, 2), cuts(FRAMES))
@settings(deadline=None, max_examples=40)
def test_any_stretches_have_the_bursts_of_the_whole(notes: Score, scale: int, at: list[int]) -> None:
    found = notes_of("lead", notes, TIME)
    whole = bursts(found, 0, FRAMES, BURSTS, scale)
    assert whole.shape == (2, FRAMES * HOP * scale)
    parts = [bursts(found, low, high - low, BURSTS, scale) for low, high in pairwise(at)]
    assert np.array_equal(whole, np.concatenate(parts, axis=1))


def test_a_burst_begins_at_one_and_falls_by_e() -> None:
    found = notes_of("lead", score((40, 10, 60, 90)), TIME)
    (made,) = bursts(found, 0, 60, (0.01,), 2)
    at = 2 * 40 * TICK
    assert made[at - 1] == 0 and made[at] == 1 and made[at + 480] == pytest.approx(np.exp(-1), rel=1e-3)
    assert made[at + 3400] == 0


def test_what_a_frame_is_told() -> None:
    found = notes_of("lead", score((40, 40, 60, 127), (40, 80, 64, 64)), TIME)
    made = frame_features(found, 0, 60)[:, 2 * PIECES :]
    frame, inside = divmod(40 * TICK / HOP, 1)
    at = int(frame)
    assert (made[:, 0] == 1).all() and made[at, 3] == 1 and made[:, 3].sum() == 1
    assert made[at, 2] == pytest.approx(inside)
    assert made[at - 1, 1] == 0 and made[at, 1] == 1 and made[at + 4, 1] == 0.5
    assert made[at, 4] == 0.5 and made[at, 5] == 1.0 and made[at + 40, 4] == 0.0


def test_a_hit_leaves_its_trace() -> None:
    found = notes_of("drums", score((0, 1, 38, 127), (0, 1, 40, 64)), TIME)
    made = frame_features(found, 0, 60)
    piece = DRUM_PIECES.index("snare")
    assert made[0, piece] == 1.0 and made[1:, piece].sum() == 0, "the loudest of two that are one piece"
    trace = made[:, PIECES + piece]
    assert trace[0] == 1.0 and (np.diff(trace[: TRACE_FRAMES + 1]) < 0).all() and trace[TRACE_FRAMES] == 0
    assert made[:, [p for p in range(PIECES) if p != piece]].sum() == 0


@pytest.mark.parametrize(("layer", "tail"), [("lead", TAIL), ("drums", DRUM_TAIL)])
def test_rows_reach_from_before_the_onset_to_the_tails_end(layer: str, tail: int) -> None:
    found = notes_of(layer, score((96, 96, 36, 90)), TIME)
    rows = sounding(found, 0, 400)
    begin = 96 * TICK / HOP
    assert rows.frame[0] == np.floor(begin - 1.5) + 1
    assert rows.frame[-1] == np.ceil(found.end[0] / HOP) + tail - 1
    assert (rows.features[:, 12] == (layer == "drums")).all()
    assert (rows.features[:, 2].sum() > 0) == (layer == "lead"), "drums are never held"
