"""Triangles, circles, flats and dashes of every keyboard and chart program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.harmony import Chord, Key, parse_chord
from stemwright.song.signs import plain_signs


@pytest.mark.parametrize("triangle", ["\u2206", "\u0394", "\u25b3", "\u25b2", "^"])
@pytest.mark.parametrize(
    ("form", "plain"),
    [
        ("C{}7", "Cmaj7"), ("C{}", "Cmaj7"), ("C{}9", "Cmaj9"), ("Cm{}", "Cmmaj7"), ("C-{}7", "Cmmaj7"),
        ("F#{}/A#", "F#maj7/A#"), ("C{}#11", "Cmaj7#11"), ("C{}13", "Cmaj13"),
    ],
)  # fmt: skip
def test_triangles_are_major_sevenths(triangle: str, form: str, plain: str) -> None:
    assert str(Chord.parse(form.format(triangle))) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("C\u00b0", "Cdim"), ("C\u00ba7", "Cdim7"), ("C\u02da7", "Cdim7"), ("Co7", "Cdim7"),
        ("C\u00d8", "Cm7b5"), ("C\u00f8", "Cm7b5"), ("C\u23007", "Cm7b5"), ("Ch", "Cm7b5"), ("Ch7", "Cm7b5"),
        ("Ch9", "Cm9b5"), ("B\u266d7", "Bb7"), ("F\u266f", "F#"), ("C\u22127", "Cm7"), ("C\u20137", "Cm7"),
        ("C7\u266d9", "C7b9"), ("C\u2077", "C7"), ("\uff23\uff4d\uff17", "Cm7"), ("\u00a0C ", "C"),
        ("C7sus", "C7sus4"), ("C7alt", "C7alt"),
    ],
)  # fmt: skip
def test_signs(text: str, plain: str) -> None:
    assert str(Chord.parse(text)) == plain


def test_keys_have_them_too() -> None:
    assert str(Key.parse("F\u266f minor")) == "F# minor"


@pytest.mark.parametrize("text", ["n.c.", "\uff2e.\uff23.", "N/C", "nc"])
def test_no_chord(text: str) -> None:
    assert parse_chord(text) is None


@given(st.text(max_size=40))
def test_places_stay(text: str) -> None:
    plain = plain_signs(text)
    assert len(plain) == len(text) and plain_signs(plain) == plain
