"""What charts are counted as: loops, phrases, relations, colours, endings; forms."""

from __future__ import annotations

from stemwright.compose.learned import chords as asked
from stemwright.corpus.charted import Charted, Part
from stemwright.training.patterns.chords import learn_chords, loop_of, phrases_of, relation, seen
from stemwright.training.patterns.forms import seen as seen_of_form
from stemwright.training.patterns.learned import Material

LOOP = ("1", "5", "6:m", "4")


def song(*parts: Part, mode: str = "major") -> Charted:
    return Charted("billboard", "Title", "pop", mode, "4/4", 120, parts)


def test_loops() -> None:
    assert loop_of(LOOP * 2) == (4, 0)
    assert loop_of([*LOOP, "1", "5", "6:m", "5"]) == (4, 1)
    assert loop_of(["1"] * 4) == (1, 0) and loop_of(["1", "4"] * 4) == (2, 0)
    assert loop_of(["1", "2:m", "3:m", "4", "5", "1", "4", "5"]) == (0, 0)


def test_phrases() -> None:
    first, other = ["1", "1", "4", "5"], ["4", "4", "1", "1"]
    assert phrases_of([*first, *other, *first, "5", "1"]) == "a b a c"
    assert phrases_of([*first, *other, *first[:2], "5", "1"]) == "a b a2"


def test_relations() -> None:
    assert relation(LOOP, LOOP) == asked.SAME
    assert relation(("6:m", "4", "1", "5"), LOOP) == asked.TURNED
    assert relation(("2:m", "5"), LOOP) == asked.NEW and relation(("1",), ("1", "1")) == asked.NEW


def test_what_a_song_tells() -> None:
    told = list(
        seen(
            song(
                Part("verse", 8, LOOP * 2),
                Part("chorus", 4, LOOP),
                Part("verse", 8, LOOP * 2),
                Part("outro", 4, ("4", "4:m", "5:7", "1")),
            )
        )
    )
    symbols = {subject: [symbol for name, _, symbol in told if name == subject] for subject in asked.SUBJECTS}
    assert symbols["loop"] == ["4+0", "a", "a"]  # the verse once
    assert symbols["relation"][0] == "verse=" and symbols["end"] == ["5"]
    assert "7" in symbols["colour"]
    first = next(contexts for name, contexts, _ in told if name == "bar")
    assert first[0] == "pop|major|verse|4"


def test_nothing_is_learned_from_what_is_held_out_nor_without_sources() -> None:
    learned = learn_chords(Material((), ()))
    assert not learned.sources and all(not counts.to_json() for counts in learned.table.values())


def test_what_a_form_tells() -> None:
    parts = [
        Part("intro", 4),
        Part("verse", 9),
        Part("chorus", 8),
        Part("", 1),
        Part("verse", 8),
        Part("chorus", 16),
        Part("intro", 3),
    ]
    told = list(seen_of_form(song(*parts)))
    assert told[0] == ("order", ["pop", ""], "intro verse chorus verse chorus outro")
    bars = [symbol for subject, _, symbol in told if subject == "bars"]
    again = [symbol for subject, _, symbol in told if subject == "again"]
    assert bars == ["4", "8", "8", "4"] and again == ["1", "2"]
