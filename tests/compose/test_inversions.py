"""Chords with a bass of their own: where they stand, how they are named, that the bass plays them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.compose.chords import chord_of, compose_chords
from stemwright.compose.inversions import turned, with_basses
from stemwright.compose.styles import BOOK, style_of
from stemwright.song.harmony import Chord, Key
from stemwright.song.progression import parse_progression, progression_text
from stemwright.song.state import GlobalState


def song(text: str, form: str = "verse:4") -> tuple[GlobalState, tuple[Chord, ...]]:
    state = GlobalState.create("100", "C major", "4/4", form, "pop")
    return state, tuple(chord for chord in parse_progression(text, state) if chord is not None)


def found(text: str, form: str = "verse:4", share: int = 100) -> set[str]:
    """What the chords of a text become, by some seeds."""
    state, chords = song(text, form)
    out = set()
    for seed in range(60):
        state = state.with_(chords=with_basses(chords, state, share, seed))
        out.add(progression_text(state))
    return out


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("C | G | Am | F", "C | G/B | Am | F"),
        ("C | Am | F | C", "C | Am Am/G | F | C"),
        ("C | G | C | Am", "C | G | C C/B | Am"),
        ("Am | F | C | F", "Am | F | C C/E | F"),
        ("Dm | C | F | C", "Dm | C/E | F | C"),
        ("F | C | Dm | C", "F | C/E | Dm | C"),
    ],
)
def test_basses_go_by_steps(text: str, wanted: str) -> None:
    assert wanted in found(text)


def test_what_is_left_alone() -> None:
    for text in ("C | G | Dm | G", "C | Gsus4 | Dm | G", "C5 | G5 | A5 | F5", "Dm | G/D | C | G"):
        assert found(text) == {text}
    assert found("C | G | Am | F", share=0) == {"C | G | Am | F"}


@pytest.mark.parametrize(
    ("chord", "tone", "wanted"),
    [
        ("G", 4, "G/B"),
        ("E", 4, "E/G#"),
        ("Am", 10, "Am/G"),
        ("Db", 4, "Db/F"),
        ("Ebm", 3, "Ebm/Gb"),
        ("D#", 4, "D#/G"),
        ("C", 11, "C/B"),
    ],
)
def test_basses_are_named_as_thirds_are(chord: str, tone: int, wanted: str) -> None:
    assert str(turned(Chord.parse(chord), tone)) == wanted


@pytest.mark.parametrize(
    ("token", "key", "wanted"),
    [
        ("5/3", "C major", "G/B"),
        ("6:m/b7", "C major", "Am/G"),
        ("1/b7", "A minor", "Am/G"),
        ("1/3", "A minor", "Am/C"),
        ("1/7", "C major", "C/B"),
        ("5:7/7", "C major", "G7/F"),
        ("4/2", "C major", "F/G"),
        ("5:/3", "C minor", "G/B"),
    ],
)
def test_a_style_writes_them(token: str, key: str, wanted: str) -> None:
    assert str(chord_of(token, Key.parse(key), style_of("pop"))) == wanted


@given(st.sampled_from(BOOK), st.integers(0, 400), st.sampled_from(("4/4", "3/4", "6/8", "7/8", "1/4")))
@settings(max_examples=60, deadline=None)
def test_sections_begin_and_the_song_ends_on_roots(style: str, seed: int, meter: str) -> None:
    state = GlobalState.create("100", "G major", meter, "verse:8 chorus:8 verse:8", style)
    chords = compose_chords(state, style_of(style), seed)
    assert len(chords) == state.total_beats and chords[-1].bass is None
    assert all(chord.bass_pc in (*chord.pitch_classes, *state.key.pitch_classes) for chord in chords)
    plain = compose_chords(state, replace(style_of(style), inversions=0), seed)
    assert [chord.root for chord in plain] == [chord.root for chord in chords]
    for bar in (0, 8, 16):
        beat = state.lines.beat(bar)
        assert chords[beat] == plain[beat] or meter == "1/4"


def test_the_bass_plays_what_the_chart_says() -> None:
    state, chords = song("C | G/B | Am Am/G | F", "verse:4")
    state = state.with_(style="waltz")  # whose bass comes on the beat
    for seed in range(6):
        made = arrange(state.with_(chords=chords), ("bass",), seed)
        first = {
            (note.onset + 12) // 192: note.pitch % 12
            for note in reversed(sorted(made.scores["bass"].notes))
            if (note.onset + 12) % 192 < 24
        }
        assert [first[half] for half in (0, 2, 4, 5)] == [0, 11, 9, 7]
