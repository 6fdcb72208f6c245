"""Wrong pasts: as many as asked for, of codes that could have been, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")

from stemwright.training.performer import corrupt as c

BLANK = 10**6


def past(rows: int, steps: int, books: int = 8) -> np.ndarray:
    """Codes that are all different, with the blanks of a beginning."""
    codes = np.arange(rows * steps * books).reshape(rows, steps, books)
    codes[:, 0] = BLANK
    return codes


def spoilt(seed: int, share: float, rows: int = 4, steps: int = 300) -> np.ndarray:
    codes = past(rows, steps)
    c.corrupt(codes, np.random.default_rng(seed), share, BLANK)
    return codes


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0, 0.5), steps=st.integers(1, 90))
def test_codes_come_from_their_own_codebook_and_clip(seed: int, share: float, steps: int) -> None:
    codes, true = spoilt(seed, share, 3, steps), past(3, steps)
    np.testing.assert_array_equal(codes, spoilt(seed, share, 3, steps))
    assert (codes[:, 0] == BLANK).all()
    for row in range(3):
        for book in range(8):
            assert np.isin(codes[row, :, book], [*true[row, :, book], BLANK]).all()
    if share == 0:
        np.testing.assert_array_equal(codes, true)


def test_as_many_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "COLD_CHANCE", 0)
    wrong = (spoilt(0, 0.24, 400, 400) != past(400, 400))[:, 20:]
    assert wrong.mean() == pytest.approx(0.23, abs=0.02)  # a little less: some fall on the same place
    whole = wrong[:, :, :4].all(2)  # four lower codebooks at once: a stretch, hardly ever chance
    assert whole.mean() == pytest.approx(0.08, abs=0.015)
    single = wrong[~whole].reshape(-1, 8).mean(0)
    assert single[7] / single[0] == pytest.approx(8, rel=0.15)
    by_row = wrong.mean((1, 2))
    assert by_row.min() < 0.03 and by_row.max() > 0.4
    assert (whole[:, 1:] & whole[:, :-1]).sum() / whole[:, :-1].sum() > 0.85


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.1, 0.5))
def test_nothing_is_given_away(seed: int, share: float) -> None:
    """Codes grow with their step here: none may come from a later one."""
    codes, true = spoilt(seed, share), past(4, 300)
    assert ((codes <= true) | (codes == BLANK)).all()


def test_some_begin_cold() -> None:
    codes = spoilt(1, 0.1, 1000, 100)
    cold = (codes[:, 1] == BLANK).all(1)
    assert 0.06 < cold.mean() < 0.14
    length = (codes == BLANK).all(2).sum(1)[cold].mean()
    assert 15 < length < 30
