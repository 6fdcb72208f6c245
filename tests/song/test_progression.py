"""Chords of a song as text: bars, sharing, repeats, and errors that say where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.harmony import Chord, chord_text
from stemwright.song.pitch import name_at
from stemwright.song.progression import parse_progression, progression_text
from stemwright.song.qualities import QUALITIES
from stemwright.song.state import GlobalState

names = st.integers(-8, 12).map(name_at)
chords = st.none() | st.builds(Chord, names, st.sampled_from(sorted(QUALITIES)), st.none() | names)


def state(bars: int, meter: str = "4/4", key: str = "C") -> GlobalState:
    return GlobalState.create(meter=meter, key=key, form=f"verse:{bars}")


def beats(text: str, bars: int, meter: str = "4/4", key: str = "C") -> str:
    return " ".join(map(chord_text, parse_progression(text, state(bars, meter, key))))


@pytest.mark.parametrize(
    ("text", "bars", "meter", "expected"),
    [
        ("C", 1, "4/4", "C C C C"),
        ("| C | G |", 2, "2/4", "C C G G"),
        ("C G", 1, "4/4", "C C G G"),
        ("C F G", 1, "4/4", "C C F G"),
        ("C G", 1, "3/4", "C C G"),
        ("C F G", 1, "6/8", "C C F F G G"),
        ("C G", 1, "7/8", "C C C C G G G"),
        ("C / / G", 1, "4/4", "C C C G"),
        ("C % F G", 1, "4/4", "C C F G"),
        ("C | %", 2, "2/4", "C C C C"),
        ("C G | / F", 2, "2/4", "C G G F"),
        ("C | | F |", 3, "2/4", "C C C C F F"),
        ("C || F", 2, "2/4", "C C F F"),
        ("C | G || F | x3", 5, "2/4", "C C G G F F F F F F"),
        ("C | G | x2 | F", 5, "2/4", "C C G G C C G G F F"),
        ("ii7 V7 | Imaj7", 2, "2/4", "Dm7 G7 Cmaj7 Cmaj7"),
        ("N.C. | bVII/D", 2, "2/4", "N.C. N.C. Bb/D Bb/D"),
        ("C | G", 5, "2/4", "C C G G C C G G C C"),
        ("C\nG |\n\n| F", 3, "2/4", "C C G G F F"),
    ],
)
def test_texts(text: str, bars: int, meter: str, expected: str) -> None:
    assert beats(text, bars, meter) == expected


def test_some_bars_only() -> None:
    assert len(parse_progression("C | G", state(8), range(5, 8))) == 12


@given(st.integers(1, 9), st.sampled_from([2, 4, 8]), st.data())
def test_what_is_written_is_read_again(n: int, d: int, data: st.DataObject) -> None:
    bars = data.draw(st.integers(1, 6))
    given_chords = tuple(data.draw(st.lists(chords, min_size=bars * n, max_size=bars * n)))
    song = state(bars, f"{n}/{d}")
    assert parse_progression(progression_text(song.with_(chords=given_chords)), song) == given_chords


def test_plainest_form() -> None:
    parsed = parse_progression("C G | C / / G | Am | Am | N.C.", state(5))
    assert progression_text(state(5).with_(chords=parsed)) == "C G | C / / G | Am | % | N.C."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C | Gm7 Xm7 | F", "bar 2, 'Xm7' (character 9)"),
        ("C | V7/x", "bar 2, 'V7/x' (character 5)"),
        ("C\nF | Gfoo", "bar 3, 'Gfoo' (character 7)"),
        (
            "C7b5b9b13",
            "bar 1, 'C7b5b9b13' (character 1): is not a known chord; did you mean \"C7b5b9\"?",
        ),
        ("C D E F Gx", "bar 1, 'Gx' (character 9): is not a known chord"),
        ("C D E F G", "bar 1, 'G' (character 9): is chord 5 of a bar of 4 beats"),
        ("%", "bar 1, '%' (character 1): there is no bar before it"),
        ("/ C", "bar 1, '/' (character 1): there is no chord before it"),
        ("x2", "'x2' (character 1): has no bars before it"),
        ("C | x0", "'x0' (character 5)"),
        ("", "is empty"),
        (" | | ", "is empty"),
        ("C|D|E|F|G", "5 bars are given for 4"),
        ("C|D|E|F|G | x999", "over 4096 bars"),
        ("C" * 100_001, "at most 100000"),
    ],
)
def test_errors_say_where(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"^chords: ") as caught:
        parse_progression(text, state(4))
    assert words in str(caught.value) and "\n" not in str(caught.value)


@given(st.text("CGmIViv7/|%x23 \nNb#.", max_size=30))
def test_any_text_gives_chords_or_a_clear_line(text: str) -> None:
    try:
        assert len(parse_progression(text, state(3))) == 12
    except UsageError as error:
        assert str(error).startswith("chords: ") and "\n" not in str(error)
