"""Where everything of a song's picture stands: systems, lanes, notes, chords, sections."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.shown import sheet as lay
from stemwright.song.drums import DRUM_PIECES
from stemwright.song.meter import Meter
from stemwright.song.progression import parse_progression
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

notes = st.builds(
    Note, st.integers(0, 16 * 384 - 1), st.integers(1, 900), st.integers(0, 127), st.integers(1, 127)
)
scores = st.lists(notes, min_size=1, max_size=40).map(Score.from_notes)
STATE = GlobalState.create(form="intro:3 verse:8 intro-2:5")


@settings(deadline=None)
@given(scores, scores)
def test_every_note_is_drawn_once_in_every_system_it_sounds_in(lead: Score, drums: Score) -> None:
    sheet = lay.lay_out(STATE, {"lead": lead, "drums": drums})
    for lane in sheet.lanes:
        for page in sheet.pages():
            for system in page:
                start, end = system.first * 384, system.last * 384
                boxes = sheet.boxes(lane, system)
                for box in boxes:
                    assert 0 <= box.left < box.right <= end - start
                    assert lane.top <= box.top <= lane.top + lane.height - lane.row_height + 1e-9
                begin = sum(start <= note.onset < end for note in sheet.scores[lane.layer].notes)
                assert len(boxes) >= begin
    assert sum(len(sheet.boxes(sheet.lanes[1], system)) for system in sheet.pages()[0]) >= len(drums.notes)


def test_lanes_stand_one_below_the_other() -> None:
    one = Score.from_notes([Note(0, 96, 60, 90)])
    names = ["lead", "drums", "bass", "harmony", "harmony-2", "horns"]
    sheet = lay.lay_out(STATE, {**dict.fromkeys(names, one), "empty": Score()})
    assert [lane.layer for lane in sheet.lanes] == ["lead", "harmony", "harmony-2", "horns", "bass", "drums"]
    for above, below in pairwise(sheet.lanes):
        assert above.top >= lay.HEAD and above.top + above.height < below.top
    assert sheet.lanes[-1].top + sheet.lanes[-1].height < sheet.height


def test_drums_have_a_row_for_each_piece_in_use() -> None:
    kit = Score.from_notes(Note(i * 96, 1, pitch, 90) for i, pitch in enumerate((35, 36, 38, 22, 49)))
    (lane,) = lay.lay_out(STATE, {"drums": kit}).lanes
    assert [name for _, name in lane.marks()] == ["crash", "closed hat", "snare", "kick"]
    assert lane.y(35) == lane.y(36) > lane.y(38) > lane.y(42) == lane.y(22)
    assert all(row in range(len(DRUM_PIECES)) for row in lane.rows)


def test_pitches_rise() -> None:
    (lane,) = lay.lay_out(STATE, {"lead": Score.from_notes([Note(0, 1, 59, 9), Note(0, 1, 73, 9)])}).lanes
    assert lane.y(73) < lane.y(72) < lane.y(59)
    assert [name for _, name in lane.marks()] == ["C5", "C4"]


@pytest.mark.parametrize(
    ("meter", "long", "bars"),
    [
        ("4/4", False, 8),
        ("4/4", True, 16),
        ("3/4", False, 8),
        ("7/8", False, 8),
        ("2/4", False, 16),
        ("32/2", False, 1),
    ],
)
def test_bars_side_by_side(meter: str, long: bool, bars: int) -> None:
    assert lay.bars_per_system(Meter.parse(meter), long) == bars


@pytest.mark.parametrize(
    ("bars", "systems"), [(1, [1]), (16, [2]), (17, [3]), (128, [8]), (129, [8, 1]), (999, [8] * 7 + [7])]
)
def test_pages(bars: int, systems: list[int]) -> None:
    sheet = lay.lay_out(GlobalState.create(form=f"verse:{bars}"), {})
    pages = sheet.pages()
    assert [len(page) for page in pages] == systems
    every = [system for page in pages for system in page]
    assert (every[0].first, every[-1].last) == (0, bars)
    assert all(a.last == b.first for a, b in pairwise(every))


def test_chords_stand_where_they_begin() -> None:
    state = STATE.with_(chords=parse_progression("Bbm7b5/Db | C#7#9 / / Abb | N.C. | %", STATE))
    sheet = lay.lay_out(state, {})
    labels = sheet.chords(lay.System(0, 4))
    assert [(label.tick, label.room, label.text) for label in labels] == [
        (0, 384, "B♭m7♭5/D♭"),
        (384, 288, "C♯7♯9"),
        (672, 96, "A♭♭"),
        (768, 768, "N.C."),
    ]
    assert sheet.chords(lay.System(3, 4))[0].text == "N.C."


def test_sections_go_on_in_the_next_system() -> None:
    first, second = lay.lay_out(STATE, {}).pages()[0]
    sheet = lay.lay_out(STATE, {})
    told = [
        (label.text, label.tick, label.room, kind, begins) for label, kind, begins in sheet.sections(first)
    ]
    assert told == [("intro", 0, 3 * 384, 0, True), ("verse", 3 * 384, 5 * 384, 1, True)]
    told = [
        (label.text, label.tick, label.room, kind, begins) for label, kind, begins in sheet.sections(second)
    ]
    assert told == [("verse", 0, 3 * 384, 1, False), ("intro-2", 3 * 384, 5 * 384, 2, True)]


def test_bars_of_a_song_that_changes() -> None:
    state = GlobalState.create("112, 3: 126", meter="4/4, 2: 3/4", form="a:2 b:10")
    state = state.with_(chords=parse_progression("C G | Am", state))
    sheet = lay.lay_out(state, {"lead": Score((Note(0, 96, 60, 90),))})
    assert sheet.bars_per_system == 8 and sheet.ticks == 384 + 7 * 288
    first, second = sheet.pages()[0]
    assert (sheet.span(first), sheet.span(second)) == ((0, 2400), (2400, 3552))
    assert sheet.bar_lines(first)[:4] == [(0, "1"), (384, "2  3/4"), (672, "3  126"), (960, "4")]
    assert sheet.bar_lines(second)[0] == (0, "9")
    assert sheet.beat_lines(first)[:6] == [96, 192, 288, 480, 576, 768]
    assert [(label.tick, label.room, label.text) for label in sheet.chords(first)][:4] == [
        (0, 192, "C"),
        (192, 192, "G"),
        (384, 288, "Am"),
        (672, 192, "C"),
    ]
    assert [(label.tick, label.room) for label, _, _ in sheet.sections(first)] == [(0, 672), (672, 1728)]
