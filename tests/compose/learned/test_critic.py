"""The critic: what it hears of a groove, and that it finds foreign what is."""

from __future__ import annotations

import pytest

from stemwright.compose.learned.critic import ANY, STYLE, events, foreign, strokes
from stemwright.song.score import Note
from stemwright.training.patterns.critic import groove_style, learn_critic
from stemwright.training.patterns.learned import Material
from support.corpus_songs import groove


def test_strokes_by_bar() -> None:
    notes = [Note(0, 20, 36, 90), Note(94, 20, 38, 90), Note(98, 20, 42, 90), Note(384, 20, 36, 90)]
    assert strokes(notes) == [{(0, 0), (1, 4), (4, 4)}, {(0, 0)}]
    assert [place for place, struck in events(strokes(notes)[0]) if struck == "1"] == ["0 0", "1 4", "4 4"]


def test_it_learns_which_style_a_groove_is() -> None:
    train = tuple(
        groove(style, who, kicks)
        for style, kicks in (("funk", (0, 3, 10)), ("rock", (0, 8)))
        for who in ("one", "other")
        for _ in range(3)
    )
    alone = (groove("jazz", "one", (0,)),) * 9
    learned = learn_critic(Material((*train, *alone), train[:1]))
    assert set(learned.table[STYLE].row(ANY)) == {"funk", "rock"}
    assert learned.held_out == {"grooves taken for their style": 1.0}
    funk = strokes(train[0].scores["drums"].notes)
    assert foreign(learned.table, funk, "funk") == 0
    assert foreign(learned.table, funk, "rock") > 2
    assert foreign(learned.table, funk, "jazz") == 0  # one drummer's: it knows none


@pytest.mark.parametrize(
    ("style", "word"), [("funk-groove1", "funk"), ("jazz swing", "jazz"), ("soul", "soul")]
)
def test_the_style_of_a_groove_is_its_first_words(style: str, word: str) -> None:
    assert groove_style(style) == word
