"""German and small roots: read where the chart tells what they are, else refused with what to write."""

from __future__ import annotations

import pytest

from stemwright.errors import UsageError
from stemwright.song.harmony import chord_text
from stemwright.song.progression import parse_progression
from stemwright.song.spelling import GERMAN, SMALL, Spelling, chart_spelling
from stemwright.song.state import GlobalState


def bars(text: str) -> str:
    song = GlobalState.create(form=f"song:{text.count('|') + 1}")
    return " ".join(map(chord_text, parse_progression(text, song)[::4]))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("H7 | Em", "B7 Em"),
        ("Em | B | H7", "Em Bb B7"),
        ("Hm7b5 | E7 | Am/H", "Bm7b5 E7 Am/B"),
        ("H | Bb", "B Bb"),
        ("Fis | Cis7 | Es", "F# C#7 Eb"),
        ("Fis | H | B", "F# B Bb"),
        ("Asus4 | Esus | As", "Asus4 Esus4 Ab"),
        ("am | F", "Am F"),
        ("f#m | a | E7", "F#m Am E7"),
        ("e | am | H7", "Em Am B7"),
        ("fis7 | b | H7", "F#m7 Bbm B7"),
        ("am | dm | cmaj7", "Am Dm Cmaj7"),
        ("a/g | F", "Am/G F"),
        ("B | Bb", "B Bb"),
        ("i7 | iv | bVII | am", "Cm7 Fm Bb Am"),
    ],
)
def test_charts_that_tell(text: str, plain: str) -> None:
    assert bars(text) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("H | B | Bb", "bar 1, 'H' (character 1): is not a chord as it stands; write \"B\""),
        ("Fis | B", "bar 1, 'Fis' (character 1): is not a chord as it stands; write \"F#\""),
        ("c | f | g", "bar 1, 'c' (character 1): is not a chord as it stands; write \"Cm\""),
        ("c | am | F | Gm", "'c' (character 1)"),
        ("Am | d", "bar 2, 'd' (character 6): is not a chord as it stands; write \"Dm\""),
        ("Hx", "'Hx' (character 1)"),
    ],
)
def test_charts_that_leave_it_open(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        bars(text)
    assert words in str(caught.value)


def test_what_was_decided_is_said() -> None:
    assert chart_spelling(["H7", "e", "G"]) == Spelling({"H7": "B7", "e": "Em"}, {}, [GERMAN, SMALL])
    assert chart_spelling(["am", "F"]) == Spelling({"am": "Am"}, {}, [])  # it says itself that it is minor
    assert chart_spelling(["B7", "Em"]) == Spelling({}, {}, [])
