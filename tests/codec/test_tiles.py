"""Tiles of the waveform codec's grid: alone, in any order, and behind recurrent graphs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.streaming import FloatArray, StreamingDecoder, decoded
from stemwright.codec.tiles import AloneTiles, Tiles, in_order

HOP, REACH = 4, 3


def smooth(codes: np.ndarray) -> FloatArray:
    """A stand-in for a decoder: each frame depends on three frames on either side, zeros beyond the edges."""
    padded = np.pad(codes.sum(0).astype(np.float32), REACH)
    frames = np.stack([padded[i : i + codes.shape[1]] * (i + 1) for i in range(2 * REACH + 1)]).sum(0)
    return np.repeat(frames, HOP)


def recurrent() -> Callable[[np.ndarray], FloatArray]:
    """Another: each frame is the sum of all before it."""
    total = np.zeros(1)

    def run(codes: np.ndarray) -> FloatArray:
        sums = np.cumsum(codes.sum(0)) + total[0]
        total[0] = sums[-1]
        return np.repeat(sums, HOP).astype(np.float32)

    return run


def count(tiles: Tiles) -> int:
    return -(-tiles.frames // tiles.chunk)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 5), st.randoms(use_true_random=False))
def test_each_alone_and_in_any_order(frames: int, chunk: int, context: int, turns) -> None:
    codes = np.random.default_rng(frames).integers(0, 9, (2, frames))

    def start() -> StreamingDecoder:
        return StreamingDecoder(smooth, 2, chunk, context, HOP)

    def summing() -> StreamingDecoder:
        return StreamingDecoder(recurrent(), 2, chunk, 0, HOP)

    for tiles, whole in (
        (AloneTiles(start(), codes, "a"), decoded(start(), codes)),
        (in_order(summing, codes, "a"), decoded(summing(), codes)),
    ):
        order = list(range(count(tiles)))
        turns.shuffle(order)
        size = chunk * HOP
        for index in order:
            np.testing.assert_array_equal(tiles.tile(index), whole[index * size : (index + 1) * size])


@settings(deadline=None, max_examples=40)
@given(st.integers(20, 60), st.data())
def test_an_edit_changes_the_keys_of_what_it_reaches_and_no_others(frames: int, data: st.DataObject) -> None:
    codes = np.zeros((2, frames), int)
    after = codes.copy()
    at = data.draw(st.integers(0, frames - 1))
    after[:, at] = 1
    old, new = (
        AloneTiles(StreamingDecoder(smooth, 2, 5, REACH, HOP), given, "a") for given in (codes, after)
    )
    for index in range(count(old)):
        reached = index * 5 - REACH <= at < (index + 1) * 5 + REACH
        assert (old.key(index) != new.key(index)) == reached
        if not reached:
            np.testing.assert_array_equal(old.tile(index), new.tile(index))


def test_bundle_and_everything_before_are_in_the_key_of_a_recurrent_graph() -> None:
    codes = np.zeros((2, 20), int)
    after = codes.copy()
    after[0, 19] = 1

    def start() -> StreamingDecoder:
        return StreamingDecoder(recurrent(), 2, 5, 0, HOP)

    keys = {in_order(start, given, bundle).key(2) for given in (codes, after) for bundle in "ab"}
    assert len(keys) == 4
    assert AloneTiles(start(), codes, "a").key(0) != AloneTiles(start(), codes, "b").key(0)
