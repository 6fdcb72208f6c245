"""References: step by step they tell what another bar has, and no bar that cannot be known yet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.conditions import standing
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, Draft
from stemwright.symbolic.composer.likeness import alike, counterparts, model_bars
from stemwright.symbolic.composer.references import COLUMNS, REFERENCES, SIZE, References
from stemwright.symbolic.composer.sequence import WRITE, Rows, example
from stemwright.symbolic.events.vocabulary import FINE, PARTS, home

BASS, LEAD = PARTS.index("bass"), PARTS.index("lead")
LIKE = REFERENCES - 1


def song(seed: int = 3, form: str = "verse:4 chorus:2 verse:4") -> Draft:
    made = arrange(GlobalState.create(key="Eb minor", form=form, style="pop"), seed=seed)
    return Draft.of(made.state, made.scores)


def told(draft: Draft, place: tuple[int, int], like: dict[int, int]) -> tuple[Rows, np.ndarray]:
    """Rows of the place that is written, and their references [S, REFERENCES, SIZE]."""
    rows = example(draft, [place], range(draft.state.bars))
    there = standing(draft)
    there[place] = False
    found = References(draft).rows(rows, there, like).reshape(len(rows), REFERENCES, SIZE)
    own = (rows.area == WRITE) & (rows.part == place[0]) & (rows.bar == place[1])
    return rows[own], found[own]


def columns(name: str) -> slice:
    names = list(COLUMNS)
    start = sum(COLUMNS[other] for other in names[: names.index(name)])
    return slice(start, start + COLUMNS[name])


def rhythm(draft: Draft, part: int, bar: int) -> dict[int, set[int]]:
    """Tick of the bar -> pitches of the song moved to C."""
    up = 0 if part == DRUMS else home(draft.state.key.tonic_pc)
    out: dict[int, set[int]] = {}
    for note in draft.notes[part][bar] or ():
        out.setdefault(note.onset - bar * draft.state.meter.ticks_per_bar, set()).add(note.pitch - up)
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(1, 4), st.integers(5, 9), st.integers(0, 4))
def test_each_step_tells_what_the_other_bar_has(seed, part, bar, other):
    draft = song(seed)
    rows, found = told(draft, (part, bar), {bar: other})
    wanted = rhythm(draft, part, other)
    for tick, row in zip(rows.tick, found[:, LIKE], strict=True):
        assert set(np.flatnonzero(row[columns("pitches")])) == set().union(
            *(pitches for onset, pitches in wanted.items() if abs(onset - tick) <= 8)
        )
        later = [onset for onset in wanted if onset > tick + 8]
        told_next = np.flatnonzero(row[columns("next")]).tolist()
        assert told_next == [(min(later) + FINE // 2) // FINE] if later else not told_next
        assert row[columns("is there")] == 1


def test_bars_before_are_told_and_bars_before_the_song_are_not():
    draft = song()
    _, found = told(draft, (BASS, 1), {})
    there = found[0][:, columns("is there")][:, 0]
    assert there.tolist() == [1, 0, 0, 0]
    _, found = told(draft, (BASS, 5), {5: 1})
    assert found[0][:, columns("is there")][:, 0].tolist() == [1, 1, 1, 1]


def test_pitches_move_with_the_chords_roots():
    draft = song()
    here, other = draft.chords[5][0], draft.chords[0][0]
    _, found = told(draft, (BASS, 5), {5: 0})
    first = next(row for row in found[:, LIKE] if row[columns("pitches")].any())
    (pitch,) = np.flatnonzero(first[columns("pitches")])
    moved = (pitch + here.root_pc - other.root_pc) % 12
    assert np.flatnonzero(first[columns("moved")]).tolist() == [moved]
    same = float(draft.chords[5] == draft.chords[0])
    assert first[columns("same chords")] == same


@pytest.mark.parametrize(("equal", "flag"), [(True, 1), (False, -1)])
def test_whether_the_bar_before_repeated_is_told(equal, flag):
    draft = song()
    ticks = 6 * draft.state.meter.ticks_per_bar
    first = draft.notes[LEAD][0] or ()
    moved = [type(n)(n.onset + ticks, n.duration, n.pitch + (not equal), n.velocity) for n in first]
    draft.notes[LEAD][6] = tuple(moved)
    _, found = told(draft, (LEAD, 7), {6: 0, 7: 1})
    assert found[0, LIKE, columns("repeated")] == flag


def test_what_is_not_written_yet_is_not_told():
    draft = song()
    rows = example(draft, [(part, bar) for part in (CHORDS, 1, 2, 3, 4) for bar in range(10)], range(10))
    there = np.zeros_like(standing(draft))
    found = References(draft).rows(rows, there, dict.fromkeys(range(6), 8))
    found = found.reshape(len(rows), REFERENCES, SIZE)
    assert not found[rows.bar < 6, LIKE].any() and found[rows.bar > 0, 0].any()


def test_sections_of_one_material_are_alike():
    state = GlobalState.create(form="verse:4 chorus:2 verse2:3 chorus:2 verse:6")
    assert counterparts(state) == [[6, 11], [9], [0, 11], [4], [0, 6]]
    assert alike(state, {2: 11}) == {6: 11, 7: 12, 8: 13}
    like = model_bars(state)
    assert like[8] == 2 and like[0] == 6 and like[14] == 3 and 15 not in like and like[9] == 4
