"""What is played, sample by sample: from a bar to the end, and loops without a gap or a double."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.playback.stretches import BLOCK, Stretch, stretch_of
from stemwright.song.state import GlobalState

STATE = GlobalState.create(bpm="133, 3: 97.3", form="verse:5", meter="4/4, 4: 3/4")
places = st.integers(0, 9000)


@given(places, places, places)
def test_a_loop_is_its_samples_over_and_over(one: int, two: int, three: int) -> None:
    start, back, stop = sorted((one, two, three))[0], sorted((one, two, three))[1], max(one, two, three) + 1
    audio = np.arange(10_000, dtype=np.float32)[:, None].repeat(2, axis=1)
    heard = np.concatenate(list(islice(Stretch(start, stop, back).blocks(audio), 8)))[:, 0]
    rounds = np.tile(np.arange(back, stop), 8 * BLOCK // (stop - back) + 2)
    assert len(heard) == 8 * BLOCK
    np.testing.assert_array_equal(heard, np.concatenate([np.arange(start, stop), rounds])[: 8 * BLOCK])


@given(places, places)
def test_without_a_loop_it_ends(one: int, two: int) -> None:
    start, stop = sorted((one, two))
    audio = np.arange(10_000, dtype=np.float32)[:, None].repeat(2, axis=1)
    blocks = list(Stretch(start, stop).blocks(audio))
    heard = np.concatenate(blocks)[:, 0] if blocks else np.zeros(0)
    np.testing.assert_array_equal(heard, np.arange(start, stop))
    assert all(len(block) == BLOCK for block in blocks[:-1])


@pytest.mark.parametrize("rate", [24_000, 48_000])
def test_bars_are_the_grids(rate: int) -> None:
    def sample(bar: int) -> int:
        return STATE.timebase.bar_sample(bar) * rate // 24_000

    assert stretch_of(STATE, rate, None, None) == Stretch(0, sample(5))
    assert stretch_of(STATE, rate, 3, None) == Stretch(sample(2), sample(5))
    assert stretch_of(STATE, rate, None, "2-3") == Stretch(sample(1), sample(3), sample(1))
    assert stretch_of(STATE, rate, 1, "4") == Stretch(0, sample(4), sample(3))
    assert stretch_of(STATE, rate, 3, "2-3") == Stretch(sample(2), sample(3), sample(1))


@pytest.mark.parametrize(("first", "loop"), [(0, None), (6, None), (None, "5-6"), (None, "x"), (4, "1-2")])
def test_bars_that_are_not_there(first: int | None, loop: str | None) -> None:
    with pytest.raises(UsageError):
        stretch_of(STATE, 24_000, first, loop)
