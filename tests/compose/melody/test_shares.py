"""Shares are those of the mixture that draws come from; picking is in proportion."""

from collections import Counter

import pytest

from stemwright.compose.learned.counts import BIT, Counts
from stemwright.compose.melody.shares import WHOLE, picked, shares
from stemwright.compose.streams import Stream

FEW = Counts({"a": {"x": 3, "y": 1}, "": {"x": 1, "y": 1, "z": 8}})


def test_shares_are_of_the_mixture() -> None:
    found = shares(FEW, ("a", ""))
    # a: 4 counted, 2 different, so the general one weighs 2 of 6
    wanted = {"x": 3 / 6 + 0.2 / 6, "y": 1 / 6 + 0.2 / 6, "z": 1.6 / 6}
    assert {symbol: share / WHOLE for symbol, share in found.items()} == pytest.approx(wanted, abs=1e-4)
    assert shares(FEW, ("new", "")) == shares(FEW, ("",))
    assert shares(FEW, ("new",)) == {}


def test_shares_and_costs_agree() -> None:
    share = shares(FEW, ("a", ""))["x"]
    assert 2 ** (-FEW.cost(("a", ""), "x") / BIT) == pytest.approx(share / WHOLE, abs=0.03)


def test_picks_are_in_proportion_however_large_the_weights() -> None:
    drawn = Counter(picked(Stream(seed), "abc", (1 << 90, 3 << 90, 0)) for seed in range(4000))
    assert drawn["b"] / 4000 == pytest.approx(0.75, abs=0.03)
    assert drawn["c"] == 0
    assert {picked(Stream(seed), "ab", (0, 0)) for seed in range(20)} == {"a", "b"}
