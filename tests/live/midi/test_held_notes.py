"""Every note ends, whatever comes; bursts go out as fast as the port takes them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.live.midi.held import Held, silence
from stemwright.live.midi.messages import Message, control, note_off, note_on
from stemwright.live.midi.thin import DIN, MAX_WAITING, Pacer

RATE = 48000
EVENTS = st.lists(
    st.one_of(
        st.builds(note_on, st.integers(0, 1), st.integers(60, 63), st.integers(1, 127)),
        st.builds(note_off, st.integers(0, 1), st.integers(60, 63)),
        st.builds(
            control, st.integers(0, 1), st.sampled_from([1, 64, 120, 121, 123]), st.sampled_from([0, 127])
        ),
    ),
    max_size=60,
)


def balance(messages: list[Message]) -> dict[tuple[int, int], int]:
    """Note-ons less note-offs of each pitch; never below 0 nor above 1 on the way."""
    count: Counter[tuple[int, int]] = Counter()
    for message in messages:
        if message.kind in ("note_on", "note_off"):
            place = (message.channel, message.first)
            count[place] += 1 if message.kind == "note_on" else -1
            assert 0 <= count[place] <= 1
    return {place: n for place, n in count.items() if n}


@given(EVENTS)
def test_every_note_on_has_one_note_off(events: list[Message]) -> None:
    held = Held()
    sent = held.passed(events)
    assert set(balance(sent)) == set(held.notes)
    assert balance(sent + held.ended(9)) == {}
    assert held.ended(9) == []


def test_a_note_off_without_note_on_is_dropped_and_counted() -> None:
    held = Held()
    assert held.passed([note_off(0, 60)]) == []
    assert held.orphans == 1


def test_a_note_struck_again_is_ended_first() -> None:
    held = Held()
    assert held.passed([note_on(0, 60, 1), note_on(0, 60, 2, at=5)]) == [
        note_on(0, 60, 1),
        note_off(0, 60, 5),
        note_on(0, 60, 2, 5),
    ]


def test_pedals_are_let_go_at_the_end() -> None:
    held = Held()
    held.passed([control(3, 64, 100), note_on(3, 60, 1), control(2, 64, 127), control(2, 64, 0)])
    assert held.ended(7) == [note_off(3, 60, 7), control(3, 64, 0, 7)]


def test_notes_that_sound_too_long_end_and_the_others_go_on() -> None:
    held = Held()
    held.passed([control(0, 64, 127), note_on(0, 60, 1, at=10), note_on(0, 62, 1, at=20)])
    assert held.ended(50, before=20) == [note_off(0, 60, 50)]
    assert held.notes == {(0, 62): 20}


def test_all_notes_off_is_spelled_out() -> None:
    held = Held()
    held.passed([note_on(0, 60, 1), note_on(1, 60, 1)])
    assert held.passed([control(0, 123, 0, 4)]) == [note_off(0, 60, 4), control(0, 123, 0, 4)]
    assert held.notes == {(1, 60): 0}


def test_silence_is_for_all_channels() -> None:
    sent = {(m.channel, m.first, m.second) for m in silence()}
    assert {(c, n, 0) for c in range(16) for n in (64, 120, 123)} <= sent


def drained(pacer: Pacer, step: int = 480, seconds: int = 60) -> list[tuple[int, Message]]:
    return [(at, message) for at in range(0, seconds * RATE, step) for message in pacer.due(at)]


@pytest.mark.parametrize("speed", [DIN, 31250])
def test_output_is_never_faster_than_the_port(speed: int) -> None:
    burst = 64 + speed // 50
    pacer = Pacer(RATE, speed, burst, patience=100)
    pacer.add(note_on(0, i % 128, 1) if i % 2 else note_off(0, i % 128) for i in range(2000))
    sent = drained(pacer)
    assert len(sent) == 2000
    for window in range(0, len(sent) - 100, 50):
        span = sent[window + 100][0] - sent[window][0]
        assert (span + 480) * speed / RATE + burst + 3 >= 300
    assert sent[-1][0] <= 6000 * RATE / speed


def test_of_a_controller_that_waits_the_newest_is_enough_and_the_last_state_stays() -> None:
    pacer = Pacer(RATE, burst=0)
    pacer.add([note_on(0, 60, 1)])
    pacer.add(control(0, 7, i) for i in range(100))
    pacer.add([note_off(0, 60), control(0, 7, 100), Message("bend", 0, 0, 64), Message("bend", 0, 1, 64)])
    sent = [m for _, m in drained(pacer, seconds=1)]
    assert sent == [note_on(0, 60, 1), note_off(0, 60), control(0, 7, 100), Message("bend", 0, 1, 64)]
    assert pacer.thinned == 101


def test_fine_halves_of_controllers_stay_with_their_coarse_ones() -> None:
    pacer = Pacer(RATE, burst=0)
    pacer.add([control(0, 1, 5), control(0, 33, 7), control(0, 1, 6)])
    assert [m for _, m in drained(pacer, seconds=1)] == [control(0, 33, 7), control(0, 1, 6)]


def test_parameter_numbers_are_never_thinned() -> None:
    pacer = Pacer(RATE, burst=0)
    sent = [control(0, number, value) for value in (1, 2) for number in (99, 98, 6, 38)]
    pacer.add(sent)
    assert [m for _, m in drained(pacer, seconds=1)] == sent


def test_clock_goes_first() -> None:
    pacer = Pacer(RATE, burst=0)
    pacer.add([note_on(0, 60, 1), note_on(0, 61, 1), Message("clock")])
    assert pacer.due(0)[0] == Message("clock")


@given(EVENTS, st.integers(1, 5000))
def test_a_late_note_is_left_out_with_both_ends(events: list[Message], step: int) -> None:
    held = Held()
    sent = held.passed(events)
    sent += held.ended(0)
    pacer = Pacer(RATE, burst=0, patience=0.01)
    pacer.add(sent)
    out = [m for _, m in drained(pacer, step, 1)]
    assert not pacer
    assert balance(out) == {}
    assert sum(m.kind == "note_on" for m in out) + pacer.dropped == sum(m.kind == "note_on" for m in sent)


def test_a_flood_leaves_no_note_hanging_and_has_a_limit() -> None:
    held, pacer = Held(), Pacer(RATE, patience=100)
    for i in range(20000):
        pacer.add(held.passed([note_on(i // 128 % 16, i % 128, 1)]))
    pacer.add(held.ended(0))
    assert len(pacer) <= MAX_WAITING + 2048
    assert balance([m for _, m in drained(pacer)]) == {}
