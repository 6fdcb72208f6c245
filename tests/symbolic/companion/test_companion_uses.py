"""Harmonise, answer, improvise: they propose what they should, and leave the companion as it was."""

from __future__ import annotations

import pytest

from stemwright.errors import UsageError
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion import Companion, Event, Query
from stemwright.symbolic.companion.playing import events_of
from stemwright.symbolic.companion.uses import answer, chord_tones, harmonise, improvise

C_MAJOR = chord_tones([0, 4, 7], 48, 72)


def test_chord_tones_are_in_range() -> None:
    assert set(C_MAJOR) == {48, 52, 55, 60, 64, 67, 72}
    with pytest.raises(UsageError, match="classes"):
        chord_tones([12])


def test_others_join_now_with_chord_tones(player: Companion) -> None:
    player.feed(Event("you", 64, 0.5, 90))
    before = player.save_state()
    events = harmonise(player, ["bass", "harmony", "drums"], C_MAJOR, voices=3)
    assert player.save_state() == before
    assert [e.instrument for e in events] == ["bass"] * 3 + ["harmony"] * 3 + ["drums"]
    assert all(e.time == 0 and e.velocity > 0 for e in events)
    assert all(e.pitch in C_MAJOR for e in events[:6])
    assert len({e.pitch for e in events[:3]}) == len({e.pitch for e in events[3:6]}) == 3
    assert events == harmonise(player, ["bass", "harmony", "drums"], C_MAJOR, voices=3)


def test_who_holds_the_whole_chord_stays_silent(player: Companion) -> None:
    player.feed(Event("harmony", 60, 0.0, 90))
    assert harmonise(player, ["harmony"], [60], voices=2) == []
    events = harmonise(player, ["harmony"], [60, 64], voices=2, query=Query(max_velocity=40))
    assert [e.pitch for e in events] == [64] and 1 <= events[0].velocity <= 40
    with pytest.raises(UsageError, match="instruments: none given"):
        harmonise(player, [], [60])


def test_the_same_goes_on_for_as_long_as_asked(player: Companion) -> None:
    player.feed(Event("lead", 60, 0.0, 90))
    before = player.save_state()
    events = improvise(player, "lead", 6.0, waited=0.25, query=Query(pitches=range(55, 70)))
    assert player.save_state() == before
    assert {e.instrument for e in events} == {"lead"} and all(55 <= e.pitch < 70 for e in events)
    assert events[0].time >= 0.25 and sum(e.time for e in events) <= 6.0 + 1e-9
    player.prompt(events)
    assert player.held == []
    with pytest.raises(UsageError, match="waited: 7"):
        improvise(player, "lead", 6.0, waited=7.0)


def test_an_answer_waits_for_the_player_to_rest(player: Companion) -> None:
    player.feed(Event("you", 60, 0.0, 90))
    assert answer(player, ["lead", "bass"], 4.0, waited=2.0) == []  # the player holds a note
    player.feed(Event("you", 60, 0.5, 0))
    assert answer(player, ["lead", "bass"], 4.0, waited=0.4) == []
    events = answer(player, ["lead", "bass"], 4.0, rest=1.0, waited=1.0)
    assert events and {e.instrument for e in events} <= {"lead", "bass"}
    assert events[0].time >= 1.0 and sum(e.time for e in events) <= 4.0 + 1e-9
    player.prompt(events)
    assert player.held == []
    with pytest.raises(UsageError, match="instruments: you is the player"):
        answer(player, ["you"], 4.0)


def test_others_who_play_do_not_count_as_the_player(player: Companion) -> None:
    player.prompt([Event("you", 60, 0.0, 90), Event("you", 60, 0.5, 0), Event("drums", 36, 1.5, 90)])
    assert player.silence("you") == 1.5
    assert answer(player, ["lead"], 8.0, rest=1.0)


def test_songs_are_prompts(player: Companion) -> None:
    state = GlobalState.create(bpm="120", form="verse:1")
    scores = {
        "lead": Score.from_notes([Note(0, 96, 60, 90), Note(96, 48, 60, 80)]),
        "drums": Score.from_notes([Note(96, 24, 38, 100)]),
    }
    events = events_of(state, scores, {"lead": "you"})
    assert events == [
        Event("you", 60, 0.0, 90),
        Event("you", 60, 0.5, 0),
        Event("drums", 38, 0.0, 100),
        Event("you", 60, 0.0, 80),
        Event("you", 60, 0.25, 0),
    ]
    assert player.prompt(events) == 5 and player.held == [] and player.seconds == 0.75
