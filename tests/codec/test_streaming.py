"""The chunk grid: with enough context a stream equals the whole, however it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.streaming import StreamingDecoder
from stemwright.errors import UsageError

HOP, REACH = 4, 3
seen: list[int] = []


def smooth(codes: np.ndarray) -> np.ndarray:
    """A stand-in for a decoder: each frame depends on three frames on either side, zeros beyond the edges."""
    seen.append(codes.shape[1])
    padded = np.pad(codes.sum(0).astype(np.float32), REACH)
    frames = np.stack([padded[i : i + codes.shape[1]] * (i + 1) for i in range(2 * REACH + 1)]).sum(0)
    return np.repeat(frames, HOP)


def decoder(chunk: int = 5, context: int = REACH) -> StreamingDecoder:
    return StreamingDecoder(smooth, 2, chunk, context, HOP)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 17), max_size=8), st.integers(1, 9))
def test_any_cut_gives_the_whole(sizes: list[int], chunk: int) -> None:
    total = sum(sizes)
    codes = np.random.default_rng(total).integers(0, 9, (2, total))
    stream, pieces, at = decoder(chunk), [], 0
    for size in sizes:
        pieces.append(stream.push(codes[:, at : at + size]))
        at += size
    pieces.append(stream.flush())
    audio = np.concatenate(pieces)
    assert audio.dtype == np.float32
    np.testing.assert_array_equal(audio, smooth(codes))


def test_pieces_never_depend_on_how_tokens_arrive() -> None:
    codes = np.ones((2, 41), dtype=np.uint16)
    seen.clear()
    whole = decoder()
    whole.push(codes)
    whole.flush()
    at_once = seen.copy()
    seen.clear()
    single = decoder()
    for t in range(41):
        single.push(codes[:, t : t + 1])
    single.flush()
    assert seen == at_once
    assert max(seen) == 5 + 2 * REACH


def test_sound_comes_as_soon_as_it_is_certain() -> None:
    stream = decoder()
    assert stream.push(np.zeros((2, 7), dtype=np.uint16)).size == 0
    assert stream.push(np.zeros((2, 1), dtype=np.uint16)).size == 5 * HOP
    assert stream.flush().size == 3 * HOP
    with pytest.raises(UsageError, match="flushed"):
        stream.push(np.zeros((2, 1), dtype=np.uint16))


def test_wrong_shape() -> None:
    with pytest.raises(UsageError, match="shape"):
        decoder().push(np.zeros((3, 1), dtype=np.uint16))
