"""Tiles of the tone codec: each alone has the bits of the whole, and its key says all that it depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.tiles import Tiles
from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.streaming import STRETCH
from stemwright.errors import UsageError
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.drawn import scores

pytest.importorskip("onnx")

from support.tones import CONTEXT, TONE_CODEBOOKS, TONE_SIZE

TIME = GlobalState.create("120", "C major", "4/4", "verse:16", "rock").timebase
FRAMES = 4 * STRETCH + 41
TOKENS = np.random.default_rng(3).integers(0, TONE_SIZE, (TONE_CODEBOOKS, FRAMES))
LAST = 6400
"""The tick at the end of the tokens, about."""


def all_of(tiles: Tiles) -> list[np.ndarray]:
    return [tiles.tile(index) for index in range(-(-tiles.frames // tiles.chunk))]


def keys(tiles: Tiles) -> list[str]:
    return [tiles.key(index) for index in range(-(-tiles.frames // tiles.chunk))]


@given(
    wide=st.booleans(),
    layer=st.sampled_from(("lead", "drums")),
    score=scores(LAST),
    order=st.permutations(range(5)),
)
@settings(deadline=None, max_examples=12)
def test_each_tile_alone_has_the_bits_of_the_whole(
    decoder: ToneDecoder, wide: bool, layer: str, score: Score, order: list[int]
) -> None:
    part = Part(layer, TOKENS, score, TIME, "plain")
    whole, tiles = decoder.decode(part, wide=wide), decoder.tiles(part, wide=wide)
    size = tiles.chunk * tiles.hop
    assert (tiles.frames, tiles.hop, tiles.channels) == (FRAMES, 640 if wide else 320, (2,) if wide else ())
    for index in order:
        assert tiles.tile(index).tobytes() == whole[index * size : (index + 1) * size].tobytes()


edits = st.lists(
    st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 150), st.integers(0, TONE_SIZE - 1)),
    min_size=1,
    max_size=2,
)


@given(
    layer=st.sampled_from(("lead", "drums")), score=scores(LAST), more=scores(LAST), edits=edits, at=st.data()
)
@settings(deadline=None, max_examples=25)
def test_what_an_edit_does_not_reach_keeps_key_and_bits(
    decoder: ToneDecoder,
    layer: str,
    score: Score,
    more: Score,
    edits: list[tuple[int, int, int]],
    at: st.DataObject,
) -> None:
    """Tokens of some frames are others, or the notes of a span of ticks are; equal keys are equal sound."""
    tokens, after = TOKENS.copy(), score
    for first, frames, code in edits:
        tokens[:, first : first + frames] = code
    if at.draw(st.booleans()):
        low = at.draw(st.integers(0, LAST))
        inside = range(low, low + 400)
        kept = [note for note in score.notes if note.onset not in inside]
        after = Score.from_notes([*kept, *(note for note in more.notes if note.onset in inside)])
    old = decoder.tiles(Part(layer, TOKENS, score, TIME, "plain"), wide=False)
    new = decoder.tiles(Part(layer, tokens, after, TIME, "plain"), wide=False)
    cache = dict(zip(keys(old), all_of(old), strict=True))
    whole = decoder.decode(Part(layer, tokens, after, TIME, "plain"), wide=False)
    joined = np.concatenate(
        [cache[key] if key in cache else new.tile(index) for index, key in enumerate(keys(new))]
    )
    assert joined.tobytes() == whole.tobytes()
    if after == score:
        size = STRETCH
        for index, (was, now) in enumerate(zip(keys(old), keys(new), strict=True)):
            low, high = index * size - 4 - CONTEXT, (index + 1) * size + 4
            reached = any(first < high and first + frames > low for first, frames, _ in edits)
            assert reached or was == now


def test_all_that_a_tile_depends_on_is_in_its_key(decoder: ToneDecoder) -> None:
    score = Score.from_notes(Note(48 * i, 60, 50 + 7 * i % 24, 90) for i in range(40))
    part = Part("lead", TOKENS, score, TIME, "plain")
    slower = GlobalState.create("119", "C major", "4/4", "verse:16", "rock").timebase
    others = [
        part,
        replace(part, layer="bass"),
        replace(part, layer="lead-2"),
        replace(part, timbre="other"),
        replace(part, timebase=slower),
        replace(part, score=Score.from_notes([*score.notes, Note(0, 6000, 70, 1)])),
        replace(part, tokens=(TOKENS + 1) % TONE_SIZE),
    ]
    found = [decoder.tiles(other, wide=wide).key(1) for other in others for wide in (False, True)]
    assert len(set(found)) == len(found)
    tiles = decoder.tiles(part, wide=False)
    assert len(set(keys(tiles))) == 5


def test_tokens_of_another_codec_are_refused(decoder: ToneDecoder) -> None:
    for wrong in (np.zeros((8, 3), int), np.full((3, 3), TONE_SIZE), np.zeros((3, 3))):
        with pytest.raises(UsageError, match=r"tokens"):
            decoder.tiles(Part("lead", wrong, Score(), TIME, "plain"), wide=False)
