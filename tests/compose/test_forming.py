"""Forms that are drawn: their seeds, lengths, what styles say; energy by place."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.form import energies, level
from stemwright.compose.forming import auto_form, bars_of, fitted
from stemwright.compose.styles import BOOK, style_of
from stemwright.errors import UsageError
from stemwright.song.form import form_text, parse_form, parse_length
from stemwright.song.meter import Meter

COMMON = Meter(4, 4)


def drawn(style: str, seed: int = 0, seconds: int | None = None, bpm: int = 112) -> str:
    return form_text(auto_form(style_of(style), Fraction(bpm), COMMON, seed, seconds))


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(BOOK),
    st.integers(0, 999),
    st.integers(20, 1800),
    st.integers(30, 300),
    st.sampled_from((COMMON, Meter(3, 4), Meter(7, 8), Meter(12, 8))),
)
def test_a_length_is_kept_about(style: str, seed: int, seconds: int, bpm: int, meter: Meter) -> None:
    form = auto_form(style_of(style), Fraction(bpm), meter, seed, seconds)
    wanted = bars_of(seconds, Fraction(bpm), meter)
    assert abs(sum(section.bars for section in form) - wanted) <= max(4, wanted // 3)
    assert parse_form(form_text(form)) == form


def test_the_same_seed_the_same_form_and_another_another() -> None:
    assert drawn("pop", 4) == drawn("pop", 4)
    assert len({drawn("pop", seed) for seed in range(20)}) > 10


@pytest.mark.parametrize("seed", range(5))
def test_styles_with_usual_forms_have_these(seed: int) -> None:
    assert drawn("house", seed) in style_of("house").forms
    assert all(part.endswith(":12") for part in drawn("blues", seed, 100).split() if part[0] in "vs")


def test_a_song_that_is_drawn_has_a_verse_and_a_section_that_returns() -> None:
    for seed in range(30):
        names = [section.name for section in parse_form(drawn("rock", seed))]
        assert "verse" in names and len(set(names)) < len(names)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2:30", 150),
        ("2 minutes", 120),
        ("2.5 min", 150),
        ("90 s", 90),
        ("2m30s", 150),
        ("1 minute 5 seconds", 65),
    ],
)
def test_lengths(text: str, seconds: int) -> None:
    assert parse_length(text) == seconds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("soon", "'soon' is not a length; write minutes and seconds"),
        ("", "'' is not a length"),
        ("2:75", "'2:75' is not a length"),
        ("-3 minutes", "is not a length"),
        ("0:03", "is 3 seconds; give 10 seconds to 30 minutes"),
        ("3 hours", "is not a length"),
        ("45:00", "is 2700 seconds; give 10 seconds to 30 minutes"),
    ],
)
def test_lengths_that_are_none(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"^length: ") as error:
        parse_length(text)
    assert told in str(error.value) and error.value.field == "length"


def test_bars_of_seconds_are_exact() -> None:
    assert bars_of(60, Fraction(120), COMMON) == 30
    assert bars_of(60, Fraction(120), Meter(3, 4)) == 40
    assert bars_of(10, Fraction(30), COMMON) == 1


def test_a_form_is_shortened_by_rounds_before_it_loses_what_it_is() -> None:
    form = fitted(parse_form("intro:4 verse:8 chorus:8 verse:8 chorus:8 bridge:8 chorus:8 outro:4"), 32)
    names = [section.name for section in form]
    assert 29 <= sum(section.bars for section in form) <= 35
    assert {"verse", "chorus"} <= set(names)


def test_energy_by_place() -> None:
    names = ["intro", *["verse", "prechorus", "chorus"] * 2, "bridge", "chorus", "outro"]
    assert energies(names) == [3, 5, 6, 8, 6, 7, 8, 4, 9, 4]
    assert energies(["verse", "chorus"]) == [5, 8]
    assert energies(["verse", "build", "drop", "breakdown", "build", "drop"]) == [5, 6, 8, 3, 8, 9]
    assert level("breakdown") == "sparse" and level("bridge") == "verse" and level("chorus2") == "chorus"
