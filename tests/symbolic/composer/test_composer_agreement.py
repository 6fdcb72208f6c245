"""Agreement: how far a bar has the notes of its references, told before every note."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.song.score import Note
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.agreement import COLUMNS, SIZE, agreement
from stemwright.symbolic.composer.conditions import standing
from stemwright.symbolic.composer.draft import CHORDS, Draft
from stemwright.symbolic.composer.references import REFERENCES, References
from stemwright.symbolic.composer.sequence import WRITE, Rows, example
from stemwright.symbolic.events.vocabulary import PARTS

LEAD = PARTS.index("lead")
LIKE = REFERENCES - 1
BAR = 384


def song(seed: int = 3) -> Draft:
    made = arrange(GlobalState.create(key="D minor", form="verse:4 chorus:2 verse:4", style="pop"), seed=seed)
    return Draft.of(made.state, made.scores)


def told(draft: Draft, place: tuple[int, int], like: dict[int, int]) -> tuple[Rows, np.ndarray]:
    """Rows of the place that is written, and how far each reference agrees [S, REFERENCES, SIZE]."""
    rows = example(draft, [place], range(draft.state.bars))
    there = standing(draft)
    there[place] = False
    found = agreement(References(draft), rows, there, like).reshape(len(rows), REFERENCES, SIZE)
    own = (rows.area == WRITE) & (rows.part == place[0]) & (rows.bar == place[1])
    return rows[own], found[own]


def moved(notes: tuple[Note, ...], bars: int, pitch: int = 0) -> tuple[Note, ...]:
    return tuple(Note(n.onset + bars * BAR, n.duration, n.pitch + pitch, n.velocity) for n in notes)


def items(draft: Draft, part: int, bar: int, before: int, pitches: bool) -> set:
    """Notes or onsets of a bar, in 16ths, before one of them."""
    found = {
        ((n.onset - bar * BAR + 12) // 24, n.pitch if pitches else 0) for n in draft.notes[part][bar] or ()
    }
    return {item for item in found if item[0] < before}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(1, 4), st.integers(5, 9), st.integers(0, 4))
def test_shares_are_those_of_the_notes_so_far(seed, part, bar, other):
    draft = song(seed)
    rows, found = told(draft, (part, bar), {bar: other})
    for tick, row in zip(rows.tick.tolist(), found[:, LIKE], strict=True):
        shares = []
        for pitches in (True, False):
            one, two = (items(draft, part, b, (tick + 12) // 24, pitches) for b in (bar, other))
            total = len(one) + len(two)
            shares.append(4 * len(one & two) / total - 1 if total else 0)
        assert row[1:3].tolist() == pytest.approx(shares)
        assert row[0] == (0 if not total else 1 if shares[0] == 1 else -1)


@pytest.mark.parametrize("pitch", [0, 1])
def test_a_bar_that_repeats_is_told_apart_from_one_that_left(pitch):
    draft = song()
    draft.notes[LEAD][0] = tuple(Note(tick, 48, 60 + tick // 48, 80) for tick in range(0, BAR, 96))
    draft.notes[LEAD][6] = moved(draft.notes[LEAD][0], 6, pitch)
    draft.told.clear()
    rows, found = told(draft, (LEAD, 6), {6: 0})
    late = found[rows.tick >= 96][:, LIKE]
    assert len(late) and (late[:, 0] == (-1 if pitch else 1)).all()
    assert (late[:, 1] == (-1 if pitch else 1)).all() and (late[:, 2] == 1).all()
    early = found[rows.tick < 12][:, LIKE]
    assert not early[:, :3].any()


def test_bars_before_are_compared_with_those_before_the_reference():
    draft = song()
    for bar in (6, 7, 8):
        draft.notes[LEAD][bar] = moved(draft.notes[LEAD][bar - 6] or (), 6)
    draft.told.clear()
    like = {bar: bar - 6 for bar in range(6, 10)}
    _, same = told(draft, (LEAD, 9), like)
    assert same[0, LIKE, 3:].tolist() == [1, 1]
    draft.notes[LEAD][7] = moved(draft.notes[LEAD][1] or (), 6, 1)
    draft.told.clear()
    _, left = told(draft, (LEAD, 9), like)
    assert left[0, LIKE, 3] < 1 and left[0, LIKE, 4] == 1


def test_nothing_is_said_of_what_is_not_there():
    draft = song()
    places = [(part, bar) for part in (CHORDS, 1, 2, 3, 4) for bar in range(10)]
    rows = example(draft, places, range(10))
    there = np.zeros_like(standing(draft))
    found = agreement(References(draft), rows, there, dict.fromkeys(range(6), 8))
    found = found.reshape(len(rows), REFERENCES, SIZE)
    assert not found[rows.bar < 6, LIKE].any() and found[rows.bar > 0, 0].any()
    assert not found[rows.area != WRITE].any() and len(COLUMNS) == SIZE
