from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.notation.musicxml import read_musicxml
from stemwright.notation.repeats import Marks
from stemwright.notation.sheet import Bar
from stemwright.notation.unfold import MAX_PLAYED, chords_per_beat, order, unfold
from stemwright.song.harmony import Chord
from stemwright.song.meter import Meter
from support import printed as p

FOUR = Meter(4, 4)
REPEAT = Marks(forward=True)
BACK = Marks(times=2)


def bars(**marks: Marks) -> list[Bar]:
    """Six bars of four quarters; `b2=...` are the marks of the third."""
    return [Bar(384 * i, 384, FOUR, str(i + 1), 0, marks.get(f"b{i}", Marks())) for i in range(6)]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({}, "012345"),
        ({"b1": BACK}, "01012345"),
        ({"b2": REPEAT, "b3": BACK}, "01232345"),
        ({"b1": Marks(times=4)}, "010101012345"),
        ({"b2": Marks(forward=True, times=2)}, "0122345"),
        ({"b1": BACK, "b3": BACK}, "0101232345"),
        (
            {"b0": REPEAT, "b2": Marks(endings=(1,), times=2), "b3": Marks(endings=(2,), ending_stop=True)},
            "01201345",
        ),
        (
            {
                "b1": Marks(endings=(1, 2), times=2, ending_stop=True),
                "b2": Marks(endings=(3,), ending_stop=True),
            },
            "010102345",
        ),
        (
            {
                "b1": Marks(endings=(1,), times=2, ending_stop=True),
                "b2": Marks(endings=(2,), times=2, ending_stop=True),
                "b3": Marks(endings=(3,), ending_stop=True),
                "b5": BACK,
            },
            "0102034545",
        ),
        # A bracket that is drawn over the first bar of its ending alone, one without a sign, and 3 for 2.
        (
            {
                "b1": Marks(endings=(1,), ending_stop=True),
                "b2": Marks(times=2),
                "b3": Marks(endings=(2,), ending_stop=True),
            },
            "0120345",
        ),
        (
            {"b3": Marks(endings=(1,), ending_stop=True), "b4": Marks(endings=(3,), ending_stop=True)},
            "012301245",
        ),
        ({"b3": Marks(endings=(1,), times=2, ending_stop=True)}, "012301245"),
        ({"b2": Marks(fine=True), "b5": Marks(dacapo=True)}, "012345012"),
        ({"b2": Marks(segno=True), "b5": Marks(dalsegno=True)}, "0123452345"),
        (
            {"b1": Marks(tocoda=True), "b4": Marks(dacapo=True), "b5": Marks(coda=True)},
            "01234015",
        ),
        ({"b1": BACK, "b3": Marks(dacapo=True, fine=True)}, "0101230123"),
        ({"b1": Marks(fine=True)}, "012345"),
        (
            {
                "b1": Marks(endings=(1,), times=2, ending_stop=True),
                "b2": Marks(endings=(2,), ending_stop=True),
                "b3": Marks(dacapo=True, fine=True),
            },
            "01023023",
        ),
    ],
)
def test_the_order_in_which_bars_are_played(marks: dict[str, Marks], expected: str) -> None:
    assert "".join(map(str, order(bars(**marks)))) == expected


@st.composite
def anything(draw: st.DrawFn) -> list[Bar]:
    flags = st.booleans()
    made = []
    for i in range(draw(st.integers(0, 8))):
        marks = Marks(
            draw(flags), draw(st.sampled_from([0, 0, 2, 8])),
            tuple(draw(st.sampled_from([(), (), (1,), (2,), (1, 2), (7,)]))),
            *(draw(flags) for _ in range(8)),
        )  # fmt: skip
        made.append(Bar(384 * i, 384, FOUR, marks=marks))
    return made


@given(anything())
@settings(max_examples=100, deadline=None)
def test_any_marks_end_and_name_bars_that_are_there(found: list[Bar]) -> None:
    played = order(found)
    assert len(played) <= MAX_PLAYED and set(played) <= set(range(len(found)))


def test_a_repeat_sounds_twice_and_what_rings_over_the_jump_ends(tmp_path: Path) -> None:
    melody = [
        p.bar(p.attributes(), p.symbol("C", "major"), p.note("C4", 8), end="repeat"),
        p.bar(p.symbol("G", "dominant", "9 -1"), p.note("D4", 4), p.note("E4", 4)),
    ]
    sheet = unfold(read_musicxml(p.save(tmp_path / "a.mxl", melody)))
    assert [(n.onset, n.duration, n.pitch) for n in sheet.parts[0].sounding] == [
        (0, 384, 60), (384, 384, 60), (768, 192, 62), (960, 192, 64)
    ]  # fmt: skip
    assert sheet.chords == [(0, Chord("C")), (384, Chord("C")), (768, Chord("G", "7b9"))]
    assert [bar.start for bar in sheet.bars] == [0, 384, 768]
    assert chords_per_beat(sheet.chords, sheet.bars[1:]) == (Chord("C"),) * 4 + (Chord("G", "7b9"),) * 4


def test_halves_of_a_bar_meet_and_a_pickup_is_filled_up(tmp_path: Path) -> None:
    melody = [
        p.bar(p.attributes(), p.note("G4", 2), number=0),
        p.bar(p.note("C5", 8), number=1, begin="repeat"),
        p.bar(p.note("E5", 6), number=2, end="repeat"),
        p.bar(p.note("G4", 2), number="X1"),
        p.bar(p.note("C5", 6), number=3),
    ]
    sheet = unfold(read_musicxml(p.save(tmp_path / "a.mxl", melody)))
    # The first pass ends with three quarters before a whole bar: that bar stays short and splits the song.
    assert [bar.length for bar in sheet.bars] == [384, 384, 288, 384, 384, 384]
    assert sheet.parts[0].notes[0].note.onset == 288
    assert [n.onset for n in sheet.parts[0].sounding] == [288, 384, 768, 1056, 1440, 1728, 1824]


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (p.words("D.C. al Fine"), "dacapo"), (p.words("Fine"), "fine"), (p.words("D.S. al Coda"), "dalsegno"),
        (p.words("To Coda"), "tocoda"), (p.sound(dacapo="yes"), "dacapo"), (p.sound(fine="yes"), "fine"),
        (p.sound(segno="1"), "segno"),
        ("<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>", "rehearsal"),
    ],
)  # fmt: skip
def test_marks_are_read_from_words_and_sounds(tmp_path: Path, item: str, name: str) -> None:
    # A mark that stands in the second part alone counts too.
    parts = [[p.bar(p.attributes(), p.note("C4", 8))], [p.bar(p.attributes(), item, p.note("C3", 8))]]
    marks = read_musicxml(p.save(tmp_path / "a.mxl", *parts)).bars[0].marks
    assert marks == Marks(**{name: True})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["rall. al fine", "finement", "poco allargando al fine", "dolce"])
def test_words_that_only_sound_like_marks(tmp_path: Path, text: str) -> None:
    path = p.save(tmp_path / "a.mxl", [p.bar(p.attributes(), p.words(text), p.note("C4", 8))])
    assert read_musicxml(path).bars[0].marks == Marks()
