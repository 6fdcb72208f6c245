"""Chords as degrees: every token in every key, bars as text, triads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.degrees import (
    HOLD,
    NONE,
    bar_slots,
    bar_text,
    base,
    chords_in,
    parts,
    plain,
    plain_bar,
    spelled,
    spread,
    token,
)
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key

tokens = st.builds(token, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)))
keys = st.builds(Key.from_pc, st.integers(0, 11), st.sampled_from(sorted(MODES)))


@given(tokens, keys)
def test_every_chord_can_be_spelled_in_every_key(chord: str, key: Key) -> None:
    made = spelled(chord, key)
    semitones, quality = parts(chord)
    assert made is not None and (made.root_pc - key.tonic_pc) % 12 == semitones and made.quality == quality
    assert Chord.parse(str(made)) == made


@given(st.lists(st.one_of(tokens, st.just(HOLD), st.just(NONE)), min_size=3, max_size=3), tokens)
def test_a_bar_of_text_is_the_bar(rest: list[str], first: str) -> None:
    text = bar_text([first, *rest])
    slots = bar_slots(text)
    assert bar_text(slots) == text
    now, sounding = first, []
    for slot in (first, *rest):
        now = now if slot == HOLD else slot
        sounding.append(now)
    said = [first]
    for slot in slots[1:]:
        said.append(said[-1] if slot == HOLD else slot)
    assert said == sounding


def test_texts_are_the_shortest() -> None:
    assert bar_text(["1", HOLD, HOLD, HOLD]) == "1"
    assert bar_text(["1", "1", "5:7", HOLD]) == "1 5:7"
    assert bar_text(["1", HOLD, "4", "5"]) == "1 . 4 5"
    assert spread(["1"]) == "1" and spread(["1", "4"]) == "1 4" and spread(["1", "2", "3"]) == "1 2 3 ."
    assert chords_in("1 . 4 5") == ["1", "4", "5"]


@pytest.mark.parametrize("wrong", ["8", "1:foo", "", "bb3"])
def test_what_is_no_chord(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a degree"):
        parts(wrong)


@pytest.mark.parametrize("wrong", ["1 2 3", ". 1 2 3", "1 2 3 4 5"])
def test_what_is_no_bar(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a bar"):
        bar_slots(wrong)


def test_triads_of_qualities() -> None:
    assert [base(quality) for quality in ("9", "m7", "m7b5", "aug7", "maj7")] == ["", "m", "dim", "aug", ""]
    assert (
        plain("2:5", "major") == "2:m" and plain("1:5", "minor") == "1:m" and plain("5:7sus4", "major") == "5"
    )
    assert plain_bar("1:maj7 . 2:m7 5:9", "major") == "1 . 2:m 5"
