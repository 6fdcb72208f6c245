"""Chord symbols as musicians write them: every usual writing gives one quality; what is unknown says so."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.harmony import QUALITIES, Chord, parse_chord
from stemwright.song.qualities import nearest_quality, parse_quality, tones_of

FIRST = (
    "", "m", "dim", "aug", "5", "sus2", "sus4", "6", "m6", "69", "7", "maj7", "m7", "mmaj7", "dim7", "m7b5",
    "aug7", "7b5", "7sus4", "add9", "madd9", "9", "maj9", "m9", "9sus4", "7b9", "7#9", "7#11", "11", "m11",
    "13",
)  # fmt: skip


def test_the_first_qualities_keep_their_places() -> None:
    """Weights were trained on them."""
    assert tuple(QUALITIES)[: len(FIRST)] == FIRST
    assert QUALITIES["13"] == (0, 4, 7, 10, 14, 21) and QUALITIES["m7b5"] == (0, 3, 6, 10)


@pytest.mark.parametrize("name", QUALITIES)
def test_every_name_spells_its_own_tones(name: str) -> None:
    assert parse_quality(name) == name
    if name != "7alt":
        assert tones_of(name) == frozenset(QUALITIES[name])


def test_no_name_can_be_taken_for_part_of_a_root() -> None:
    assert not any(name.startswith(("b", "#")) for name in QUALITIES)


def test_no_two_qualities_sound_alike() -> None:
    assert len({frozenset(tones) for tones in QUALITIES.values()}) == len(QUALITIES)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Bb13#11", "Bb13#11"), ("Bb13(#11)", "Bb13#11"), ("C7(b9,13)", "C13b9"), ("Cmin9b5", "Cm9b5"),
        ("Cmaj7+11", "Cmaj7#11"), ("C△7", "Cmaj7"), ("C−7", "Cm7"), ("C-Δ7", "Cmmaj7"),
        ("Cm(maj7)", "Cmmaj7"),
        ("CminMaj7", "Cmmaj7"), ("C7+5", "Caug7"), ("C7+", "Caug7"), ("C7(13)", "C13"), ("Cm7(11)", "Cm11"),
        ("Cø9", "Cm9b5"), ("CØ", "Cm7b5"), ("Cº7", "Cdim7"), ("C7-9", "C7b9"), ("C7(#9)", "C7#9"),
        ("Calt", "C7alt"),
        ("C7sus4b9", "C7b9sus4"), ("C13sus", "C13sus4"), ("Cm(add9)", "Cmadd9"), ("C(no3)", "C5"),
        ("Csus24", "Csus2sus4"), ("CM13", "Cmaj13"), ("Cmi7", "Cm7"), ("CMa9", "Cmaj9"), ("C+9", "Caug9"),
        ("F#m7b5/A", "F#m7b5/A"), ("C6/9/E", "C69/E"), ("G♭maj7♯11/B♭", "Gbmaj7#11/Bb"), ("C7b9b5", "C7b5b9"),
    ],
)  # fmt: skip
def test_writings(text: str, plain: str) -> None:
    assert str(Chord.parse(text)) == plain


@pytest.mark.parametrize(
    ("text", "near"),
    [("C7b5b9b13", "C7b5b9"), ("Cm7b5b9", "Cm7b5"), ("C7no5", "C7"), ("F#maj7b9", "F#maj7")],
)
def test_what_no_quality_has_names_the_nearest(text: str, near: str) -> None:
    with pytest.raises(UsageError, match=r"^chord: ") as caught:
        Chord.parse(text)
    assert f'"{near}"' in str(caught.value)


@pytest.mark.parametrize("text", ["CMaj", "Cma", "CMA", "CMa", "C()", "C)", "C,"])
def test_plain_major_in_other_writings(text: str) -> None:
    assert str(Chord.parse(text)) == "C"


@pytest.mark.parametrize("text", ["Cfoo", "Cm7x", "C77", "C7add", "Cno9", "Cm7sus5", "C##b7"])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a known chord"):
        assert Chord.parse(text) is None


@pytest.mark.parametrize("text", ["N.C.", "NC", "N.C", " N.C. "])
def test_silence(text: str) -> None:
    assert parse_chord(text) is None


@given(st.text("mMajindsu4567919b#+-°oøΔ(),/ 13x", max_size=14))
def test_any_suffix_gives_a_quality_or_nothing(suffix: str) -> None:
    quality = parse_quality(suffix)
    assert quality is None or quality in QUALITIES
    assert nearest_quality(suffix) in (None, *QUALITIES)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("H7", "B7"),
        ("am", "Am"),
        ("a", "Am"),
        ("Fis", "F#"),
        ("fis7", "F#m7"),
        ("Es", "Eb"),
        ("As", "Ab"),
        ("Hm", "Bm"),
    ],
)
def test_german_and_small_roots_are_refused_with_what_to_write(text: str, right: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f'write for example "{right}"')):
        Chord.parse(text)
