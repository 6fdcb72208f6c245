"""Chord symbols of MusicXML: every quality of ours is written so that it is read again."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from stemwright.notation.chord_symbols import chord_symbol, kind_of
from stemwright.song.harmony import QUALITIES, Chord


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_has_a_kind(quality: str) -> None:
    kind, degrees = kind_of(quality)
    changes = "".join(
        f"<degree><degree-value>{degree.value}</degree-value><degree-alter>{degree.alter}</degree-alter>"
        f"<degree-type>{degree.type}</degree-type></degree>"
        for degree in degrees
    )
    text = f"<harmony><root><root-step>E</root-step></root><kind>{kind}</kind>{changes}</harmony>"
    assert chord_symbol(fromstring(text)) == Chord("E", quality)


def test_kinds_that_only_a_text_says() -> None:
    text = '<harmony><root><root-step>A</root-step></root><kind text="m7b5">other</kind></harmony>'
    assert chord_symbol(fromstring(text)) == Chord("A", "m7b5")


def test_a_transposed_chord_is_spelled_as_it_sounds() -> None:
    text = (
        "<harmony><root><root-step>D</root-step></root><kind>minor</kind>"
        "<bass><bass-step>F</bass-step></bass></harmony>"
    )
    assert chord_symbol(fromstring(text), -2) == Chord("C", "m", "Eb")
