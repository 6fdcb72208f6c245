"""Counts by context: mixing, drawing and costs, all exact."""

from collections import Counter
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.learned.counts import BIT, Counting, Counts, bits
from stemwright.compose.learned.tables import NAME, VERSION, read_table, write_tables
from stemwright.compose.streams import Stream
from stemwright.errors import UsageError
from stemwright.models import Manifest

FEW = Counts({"a": {"x": 3, "y": 1}, "": {"x": 1, "y": 1, "z": 8}})


@given(st.integers(1, 1 << 80))
def test_bits_are_the_binary_logarithm(value: int) -> None:
    assert 0 <= log2(value) - bits(value) / BIT < 1.5 / BIT


def test_a_particular_context_is_mixed_with_the_general_one() -> None:
    drawn = Counter(FEW.draw(Stream(seed), ("a", "")) for seed in range(6000))
    # a: 4 counted, 2 different: weighs 4/6; the rest is the general one's 10
    wanted = {"x": 3 / 6 + 0.2 / 6, "y": 1 / 6 + 0.2 / 6, "z": 1.6 / 6}
    for symbol, share in wanted.items():
        assert drawn[symbol] / 6000 == pytest.approx(share, abs=0.02)


def test_costs_are_those_of_the_mixture() -> None:
    general = (8 + 3 / 26) / 13
    assert FEW.cost(("",), "z") / BIT == pytest.approx(-log2(general), abs=0.01)
    assert FEW.cost(("a", ""), "z") / BIT == pytest.approx(-log2(2 * general / 6), abs=0.01)
    assert FEW.cost(("b", ""), "z") == FEW.cost(("",), "z")
    assert FEW.cost(("a", ""), "never") > FEW.cost(("a", ""), "z")


def test_only_what_is_allowed_is_drawn() -> None:
    assert {FEW.draw(Stream(seed), ("a", ""), {"z"}) for seed in range(50)} == {"z"}
    assert FEW.draw(Stream(0), ("a", ""), {"never"}) is None
    assert FEW.draw(Stream(0), ("nowhere",)) is None


def test_the_same_draws_everywhere() -> None:
    assert "".join(str(FEW.draw(Stream("golden", n), ("a", ""))) for n in range(24)) == GOLDEN


GOLDEN = "xyyzxzzxxyzxzxyxxzxxxxyx"


@given(
    st.dictionaries(
        st.text(max_size=4),
        st.dictionaries(st.text(max_size=3), st.integers(1, 99), min_size=1, max_size=5),
        max_size=6,
    )
)
def test_counts_come_back_from_json(rows: dict[str, dict[str, int]]) -> None:
    counts = Counts(rows)
    assert Counts.from_json(counts.to_json(), "here").to_json() == counts.to_json()


def test_counting() -> None:
    counting = Counting()
    for symbol in "aab":
        counting.add(("one", ""), symbol)
    counting.add(("two", ""), "c")
    assert counting.done(least=2).to_json() == {"": {"a": 2, "b": 1, "c": 1}, "one": {"a": 2, "b": 1}}


def manifest(version: int = VERSION) -> Manifest:
    return Manifest(kind=NAME, name=NAME, preset="counts", architecture={"version": version})


def test_a_bundle_holds_tables(tmp_path: Path) -> None:
    bundle = write_tables(tmp_path / "out", {"drums": {"hits": FEW}}, manifest())
    assert read_table(bundle, "drums")["hits"].to_json() == FEW.to_json()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"[", "is not JSON"),
        (b"[]", "should be an object"),
        (b'{"hits": []}', "hits: should be an object"),
        (b'{"hits": {"a": {}}}', "context 'a'"),
        (b'{"hits": {"a": {"x": 0}}}', "symbol 'x'"),
        (b'{"hits": {"a": {"x": 1.5}}}', "symbol 'x'"),
        (b'{"hits": {"a": {"x": true}}}', "symbol 'x'"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, content: bytes, named: str) -> None:
    from stemwright.models import write_bundle

    bundle = write_bundle(tmp_path / "out", manifest(), {"drums.json": content})
    with pytest.raises(UsageError, match=named):
        list(read_table(bundle, "drums").values())  # a subject is checked when it is asked for


def test_tables_of_another_version_are_refused(tmp_path: Path) -> None:
    bundle = write_tables(tmp_path / "out", {}, manifest(VERSION + 1))
    with pytest.raises(UsageError, match="version"):
        read_table(bundle, "drums")
