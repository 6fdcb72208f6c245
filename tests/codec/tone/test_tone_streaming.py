"""Tokens piece by piece: the bits of the whole, as soon as four frames more are there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.streaming import LOOKAHEAD, STRETCH
from stemwright.errors import UsageError
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.drawn import cuts, scores

pytest.importorskip("onnx")

from support.tones import TONE_CODEBOOKS, TONE_SIZE

TIME = GlobalState.create("120", "C major", "4/4", "verse:8", "rock").timebase
FRAMES = 2 * STRETCH + 41
TOKENS = np.random.default_rng(2).integers(0, TONE_SIZE, (TONE_CODEBOOKS, FRAMES))
SCORE = Score.from_notes(Note(48 * i, 60, 50 + 7 * i % 24, 90) for i in range(40))


def test_four_frames_are_all_that_it_waits_for(decoder: ToneDecoder) -> None:
    assert LOOKAHEAD == 4
    stream = decoder.stream("lead", SCORE, TIME, "plain", False, chunk=10)
    given = [len(stream.push(TOKENS[:, at : at + 1])) for at in range(40)]
    assert np.cumsum(given)[[12, 13, 22, 23, 39]].tolist() == [0, 3200, 3200, 6400, 9600]
    assert len(stream.flush()) == 10 * 320
    with pytest.raises(UsageError, match="was flushed"):
        stream.push(TOKENS)


@given(at=cuts(FRAMES), wide=st.booleans(), layer=st.sampled_from(("lead", "drums")), score=scores(4000))
@settings(deadline=None, max_examples=10)
def test_any_pieces_joined_are_the_whole(
    decoder: ToneDecoder, at: list[int], wide: bool, layer: str, score: Score
) -> None:
    whole = decoder.decode(Part(layer, TOKENS, score, TIME, "plain"), wide=wide)
    stream = decoder.stream(layer, score, TIME, "plain", wide)
    parts = [stream.push(TOKENS[:, low:high]) for low, high in pairwise(at)]
    assert np.array_equal(np.concatenate([*parts, stream.flush()]), whole)


@pytest.mark.parametrize(("wide", "layer"), [(False, "lead"), (True, "lead"), (False, "drums")])
@given(chunk=st.integers(1, 90), frames=st.integers(1, 120))
@settings(deadline=None, max_examples=12)
def test_any_grid_gives_the_same_sound(
    decoder: ToneDecoder, wide: bool, layer: str, chunk: int, frames: int
) -> None:
    """But for rounding."""
    tokens = TOKENS[:, :frames]
    stream = decoder.stream(layer, SCORE, TIME, "plain", wide, chunk=chunk)
    made = np.concatenate([stream.push(tokens), stream.flush()])
    whole = decoder.decode(Part(layer, tokens, SCORE, TIME, "plain"), wide=wide)
    assert made.shape == whole.shape and np.abs(made - whole).max() < 1e-4


def test_what_it_has_played_is_forgotten(decoder: ToneDecoder) -> None:
    stream = decoder.stream("lead", SCORE, TIME, "plain", False, chunk=20)
    for at in range(0, FRAMES, 20):
        stream.push(TOKENS[:, at : at + 20])
        assert stream._held.shape[1] <= 20 + LOOKAHEAD + 20 + decoder.context + 2
    assert stream.frames == FRAMES


def test_wrong_pieces_change_nothing(decoder: ToneDecoder) -> None:
    stream = decoder.stream("lead", SCORE, TIME, "plain", False)
    for wrong in (np.zeros((8, 3), int), np.full((3, 3), TONE_SIZE), np.zeros((3, 3))):
        with pytest.raises(UsageError, match=r"tokens"):
            stream.push(wrong)
    assert stream.frames == 0 and stream.flush().shape == (0,)
    with pytest.raises(UsageError, match="chunk: 0"):
        decoder.stream("lead", SCORE, TIME, "plain", False, chunk=0)
