"""What a program may give in place of text: numbers, pairs, lists, mappings."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.face import arguments as arg
from stemwright.song.form import Section, parse_form
from stemwright.song.state import parse_bpm

BARS = st.integers(1, 10**6)


@given(st.integers(30_000_000, 300_000_000))
def test_every_tempo_of_six_decimals_comes_through(millionths: int) -> None:
    exact = Fraction(millionths, 10**6)
    for value in (exact, float(exact), np.float64(float(exact)), Decimal(millionths).scaleb(-6)):
        text = arg.bpm_text(value)
        assert text is not None and parse_bpm(text) == exact


def test_tempo_and_meter_may_change_at_bars() -> None:
    assert arg.bpm_text({9: 126, 1: 97.3}) == "97.3, 9: 126" == arg.bpm_text("97.3, 9: 126")
    assert arg.meter_text({1: "4/4", 9: "3/4"}) == "4/4, 9: 3/4" and arg.meter_text("7/8") == "7/8"
    assert arg.bpm_text({np.int64(1): Fraction(973, 10)}) == "97.3"
    for wrong in ({9: 126}, {}, {1: None}):
        with pytest.raises(UsageError, match=r"^bpm: "):
            arg.bpm_text(wrong)  # type: ignore[arg-type]


@given(BARS, BARS)
def test_pairs_are_spans(first: int, last: int) -> None:
    assert (
        arg.pair_text("bars", (first, last)) == f"{first}-{last}" == arg.pair_text("bars", f"{first}-{last}")
    )
    assert arg.pair_text("bars", np.int64(first)) == str(first)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(1, 64)), min_size=1))
def test_sections_as_pairs_are_the_same_as_text(pairs: list[tuple[str, int]]) -> None:
    text = arg.form_text(pairs[:8])
    assert text is not None and parse_form(text) == tuple(Section(*pair) for pair in pairs[:8])


def test_lists_and_mappings() -> None:
    assert arg.named({"lead": "sax", "bass": "pick"}) == ("lead=sax", "bass=pick")
    assert arg.named("lead=sax") == arg.named(["lead=sax"]) == ("lead=sax",)
    assert arg.chord_text(["Am7", "D9 G"]) == "Am7 | D9 G" == arg.chord_text("Am7 | D9 G")
    assert arg.layers(("lead", ["bass", "drums"])) == ("lead", "bass", "drums")
    assert arg.pitches((48, 72)) == arg.pitches("48-72") == (48, 72)
    assert arg.numbers({"density": np.float32(2), "swing": None}) == {"density": 2.0}


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: arg.bpm_text([112]), "bpm: [112]"),  # type: ignore[arg-type]
        (lambda: arg.whole("seed", 1.5), "seed: 1.5"),  # type: ignore[arg-type]
        (lambda: arg.whole("seed", "7"), "seed: '7'"),  # type: ignore[arg-type]
        (lambda: arg.text("key", 5), "key: 5"),  # type: ignore[arg-type]
        (lambda: arg.pair_text("bars", (1, 2, 3)), "bars: (1, 2, 3)"),  # type: ignore[arg-type]
        (lambda: arg.pair_text("bars", (1, "b")), "bars: 'b'"),  # type: ignore[arg-type]
        (lambda: arg.numbers({"density": "many"}), "density: 'many'"),  # type: ignore[dict-item]
        (lambda: arg.pitches("c4"), "range 'c4'"),
        (lambda: arg.pitches("48-"), "range '48-'"),
        (lambda: arg.pitches("4-²"), "range '4-²'"),
        (lambda: arg.path(7), "path: 7"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_named(call: Any, named: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert named in str(error.value) and "\n" not in str(error.value)
