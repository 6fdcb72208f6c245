"""Songs as events: nothing lost, nothing held too long, batches that go on where they stopped."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion.events import FIRST_PIECE, RESOLUTION, START
from stemwright.training.companion.event_sequence import (
    NO_INSTRUMENT,
    Rendition,
    Sequence,
    draw_view,
    plain_view,
    sequence_of,
)
from stemwright.training.companion.lanes import Lanes
from stemwright.training.companion.note_arrays import Table, arranged_pieces, piece_from

STATE = GlobalState.create(bpm="150", form="verse:4")
NOTES = st.lists(
    st.builds(Note, st.integers(0, 800), st.integers(1, 200), st.integers(58, 63), st.integers(1, 127)),
    max_size=40,
)


def piece(**layers: list[Note]) -> Table:
    return piece_from("test", False, STATE, {name: Score.from_notes(notes) for name, notes in layers.items()})


def heard(song: Sequence) -> list[list[int]]:
    """The held notes after each event, as an attentive listener has them."""
    out, held = [], []
    for instrument, token, _, velocity in song.events.tolist():
        note = instrument * 128 + token
        if instrument != NO_INSTRUMENT and token < FIRST_PIECE:
            if velocity:
                assert note not in held
                held = [*held, note]
            else:
                held = [n for n in held if n != note]
        out.append(held)
    return out


@settings(deadline=None, max_examples=60)
@given(NOTES, NOTES, NOTES, st.integers(0, 1000))
def test_every_note_begins_and_ends(lead: list[Note], bass: list[Note], drums: list[Note], seed: int) -> None:
    made = piece(lead=lead, bass=bass, drums=drums)
    rng = np.random.default_rng(seed)
    song = sequence_of(made, draw_view(made, rng) if len(made.notes) else Rendition(), rng)
    assert song.events[0].tolist() == [NO_INSTRUMENT, START, 0, 0]
    found = [song.held[a:b].tolist() for a, b in zip(song.at[:-1], song.at[1:], strict=True)]
    expected = heard(song)
    assert [sorted(x) for x in found] == [sorted(x) for x in expected] and expected[-1] == []
    assert (song.events[1:, 2] >= 0).all()


def test_times_pitches_and_the_players_part() -> None:
    made = piece(lead=[Note(0, 48, 60, 90), Note(96, 96, 64, 80)], drums=[Note(96, 10, 38, 100)])
    song = sequence_of(made, Rendition(shift=2, speed=0.5, you=3), np.random.default_rng(0))
    seconds = np.cumsum(song.events[:, 2]) * RESOLUTION
    rows = {(e[0], e[1], e[3]): round(t, 3) for e, t in zip(song.events.tolist(), seconds, strict=True)}
    assert rows == {
        (NO_INSTRUMENT, START, 0): 0.0,
        (4, 62, 90): 0.0,
        (4, 62, 0): 0.4,
        (0, FIRST_PIECE + 1, 100): 0.8,
        (4, 66, 80): 0.8,
        (4, 66, 0): 1.6,
    }


def test_views_change_what_they_may() -> None:
    made = next(arranged_pieces(1, 3))
    low, high = (f(made.notes[made.notes[:, 3] < FIRST_PIECE, 3]) for f in (np.min, np.max))
    views = [draw_view(made, np.random.default_rng(seed)) for seed in range(200)]
    assert {view.shift for view in views} == set(range(-6, 6))
    assert all(low + v.shift >= 0 and high + v.shift <= 127 and 0.8 <= v.speed <= 1.25 for v in views)
    assert {view.you for view in views} == {-1, 1, 2, 3} and len({view.without for view in views}) == 5
    plain = plain_view(made, np.random.default_rng(0))
    assert (plain.shift, plain.speed, plain.loose, plain.without) == (0, 1.0, 0.0, -1)


def test_batches_go_on_and_come_again() -> None:
    pieces = list(arranged_pieces(3, 1))
    lanes, again = Lanes(pieces, 4, 7), Lanes(pieces, 4, 7)
    first, second = lanes.batch(50), lanes.batch(50)
    places = lanes.places()
    third = lanes.batch(50)
    assert first.events.shape == (4, 51, 4) and first.counts.shape == (4, 50)
    assert np.array_equal(first.events[:, -1], second.events[:, 0])
    again.go_to(places)
    repeated = again.batch(50)
    for a, b in ((third.events, repeated.events), (third.held, repeated.held), (third.at, repeated.at)):
        assert np.array_equal(a, b)
    assert not np.array_equal(Lanes(pieces, 4, 8).batch(50).events, first.events)


def test_batches_hold_what_the_songs_hold() -> None:
    lanes = Lanes(list(arranged_pieces(2, 5)), 2, 0)
    sizes = 0
    for _ in range(6):
        batch = lanes.batch(40)
        ends = [*batch.at[1:], len(batch.held)]
        for k, (a, b) in enumerate(zip(batch.at, ends, strict=True)):
            instrument, token, _, velocity = batch.events[k // 40, k % 40].tolist()
            if velocity and token < FIRST_PIECE:
                assert instrument * 128 + token in batch.held[a:b]
            sizes += b - a
        assert (batch.counts == (batch.events[:, 1:, 0] != NO_INSTRUMENT)).all()
    assert sizes > 0
