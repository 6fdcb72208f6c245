from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.corpus.readers.form import form_of, likeness
from stemwright.notation.repeats import Marks
from stemwright.notation.sheet import Bar
from stemwright.song.form import form_text
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score

METER = Meter(4, 4)
STEPS = {"A": (0, 4, 7, 4), "B": (9, 5, 2, 11), "C": (1, 1, 8, 3)}


def song(plan: str, **marks: Marks) -> tuple[dict[str, Score], list[Bar]]:
    """A bar of four quarters for each letter; "." is a rest. Bars of one letter differ by their place % 4."""
    notes = []
    for at, letter in enumerate(plan):
        for beat, step in enumerate(STEPS.get(letter, ())):
            notes.append(Note(384 * at + 96 * beat, 96, 60 + step + at % 4, 80))
    bars = [Bar(384 * i, 384, METER, marks=marks.get(f"b{i}", Marks())) for i in range(len(plan))]
    return {"lead": Score.from_notes(notes)}, bars


def form(plan: str, **marks: Marks) -> str:
    scores, bars = song(plan, **marks)
    return form_text(form_of(scores, METER, bars))


def test_phrases_that_come_again_have_the_same_letter() -> None:
    assert form("A" * 16 + "B" * 8 + "A" * 8) == "a:8 a:8 b:8 a:8"
    assert form("A" * 4 + "B" * 4 + "A" * 4) == "a:4 b:4 a:4"  # a short song has short phrases
    assert form("A" * 8 + "C" * 8 + "B" * 8 + "C" * 8) == "a:8 b:8 c:8 b:8"


def test_marks_move_the_phrases_and_short_rests_belong_to_the_last() -> None:
    assert form("A" * 12 + "B" * 16, b12=Marks(rehearsal=True)) == "a:8 a:4 b:8 b:8"
    assert form("A" * 8 + "B" * 8 + "A" * 8 + "BBB") == "a:8 b:8 a:11"
    assert form("AAA") == "a:3" and form(".") == "a:1"


def test_a_pickup_belongs_to_the_first_phrase() -> None:
    scores, bars = song("." + "A" * 8 + "B" * 8 + "A" * 8)
    notes = [Note(288, 96, 67, 80), *(n for n in scores["lead"].notes)]
    assert form_text(form_of({"lead": Score.from_notes(notes)}, METER, bars)) == "a:9 b:8 a:8"


def test_likeness() -> None:
    one, two = {("lead", 0, 60), ("lead", 8, 62)}, {("lead", 0, 60), ("lead", 8, 64)}
    assert likeness(one, one) == 1.0 and likeness(one, set()) == 0.0 and likeness(set(), set()) == 1.0
    assert likeness(one, two) == (0.5 + 1.0) / 2


@given(st.text("ABC.", min_size=1, max_size=60), st.sets(st.integers(0, 59), max_size=6))
@settings(max_examples=150, deadline=None)
def test_sections_add_up(plan: str, places: set[int]) -> None:
    scores, bars = song(plan, **{f"b{at}": Marks(forward=True) for at in places})
    sections = form_of(scores, METER, bars)
    assert sum(section.bars for section in sections) == len(plan)
    assert sections[0].name == "a"
