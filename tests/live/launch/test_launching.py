"""Launching: modes, loops, follow actions, scenes, and what went wrong in other programs."""

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.clock.midi_in import MidiClockIn
from stemwright.live.launch.follow import Follow, FollowAction, chosen, draw
from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.scenes import launch_scene
from stemwright.live.launch.slots import Clip, Mode, SlotState
from stemwright.song.meter import Meter
from support.stage import Stage

F = Fraction
BEAT = 24_000


def playing(**fields: object) -> Stage:
    stage = Stage(block=120, **fields)
    stage.transport.play(0)
    return stage


def test_a_tap_enters_at_the_next_bar_and_loops_on_the_grid() -> None:
    stage = playing()
    stage.fill(0, "8")
    stage.beats(1)
    stage.tap(0)
    stage.beats(40)
    assert stage.places() == [(4, 0), (12, 0), (20, 0), (28, 0), (36, 0)]
    assert {offset for _, _, _, offset in stage.played} == {0}


def test_taps_a_block_before_a_boundary_enter_there_later_ones_at_the_next() -> None:
    for late in range(-3, 4):
        stage = playing()
        stage.fill(0)
        stage.run(2 * BEAT)
        stage.launcher.tap(0, 0, 4 * BEAT - 120 + late)
        stage.run(9 * BEAT)
        assert stage.played[0][0] == (4 * BEAT if late <= 0 else 8 * BEAT)


def test_the_last_tap_counts() -> None:
    stage = playing()
    for row in range(3):
        stage.fill(row)
    for row in (0, 1, 2, 1):
        stage.tap(row)
        stage.beats(1 / 2)
    stage.beats(8)
    assert stage.places() == [(4, 1)]


def test_mid_bar_restart_begins_at_its_place_and_loops_from_there() -> None:
    """A restart in the middle of a bar is not pulled to the bar, nor is its loop cut there."""
    stage = playing()
    stage.fill(0, "16", mode=Mode.RETRIGGER, quantum=Quantum.BEAT)
    stage.tap(0)
    stage.run(int(6.5 * BEAT))
    stage.tap(0)
    stage.beats(40)
    assert stage.places() == [(1, 0), (7, 0), (23, 0), (39, 0)]


@pytest.mark.parametrize("quantum", [Quantum.SIXTEENTH, Quantum.BEAT, Quantum.BAR])
@pytest.mark.parametrize("tap", [0.1, 1.9, 3.3, 3.9])
def test_a_loop_of_four_bars_plays_four(quantum: Quantum, tap: float) -> None:
    """Wherever in the bar it was launched, and whatever is done to other columns meanwhile."""
    stage = playing(columns=2)
    stage.fill(0, "16", quantum=quantum)
    stage.fill(0, "4", column=1, quantum=Quantum.SIXTEENTH, mode=Mode.RETRIGGER)
    stage.run(int(tap * BEAT) // 120 * 120)
    stage.tap(0)
    for _ in range(30):
        stage.beats(1.7)
        stage.tap(0, column=1)
    starts = [place for place, _ in stage.places()]
    assert len(starts) >= 3
    assert [b - a for a, b in pairwise(starts)] == [16] * (len(starts) - 1)


def test_a_start_over_a_quantised_stop_wins() -> None:
    """A stop that waits for its bar does not end what is launched after it was asked for."""
    for quantum in (Quantum.BAR, Quantum.SIXTEENTH):
        stage = playing()
        stage.fill(0)
        stage.fill(1, quantum=quantum)
        stage.tap(0)
        stage.run(5 * BEAT)
        stage.launcher.stop(0, stage.now)
        stage.run(6 * BEAT)
        stage.tap(1)
        stage.run(40 * BEAT)
        assert None not in [clip for _, clip in stage.places()]
        assert stage.places()[1][1] == 1
        assert stage.places()[1][0] == (8 if quantum is Quantum.BAR else 6.25)


def test_a_tap_on_what_is_about_to_stop_keeps_it() -> None:
    stage = playing()
    stage.fill(0, "8")
    stage.tap(0)
    stage.run(5 * BEAT)
    stage.launcher.stop(0, stage.now)
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.STOPPING
    stage.tap(0)
    stage.beats(10)
    assert stage.places() == [(4, 0), (12, 0)]


def test_gate_stops_when_let_go() -> None:
    stage = playing()
    stage.fill(0, "4", mode=Mode.GATE, quantum=Quantum.BEAT)
    stage.tap(0)
    stage.run(int(2.5 * BEAT))
    stage.release(0)
    stage.run(4 * BEAT)
    stage.tap(0)
    stage.beats(1 / 2)
    stage.release(0)  # before it began
    stage.beats(4)
    assert stage.places() == [(1, 0), (3, None)]


def test_toggle_begins_and_stops_and_takes_back() -> None:
    stage = playing()
    stage.fill(0, "4", mode=Mode.TOGGLE)
    stage.tap(0)
    stage.tap(0)
    stage.beats(5)
    assert stage.played == []
    stage.tap(0)
    stage.beats(4)
    stage.tap(0)
    stage.tap(0)
    stage.tap(0)
    stage.beats(8)
    assert stage.places() == [(8, 0), (12, None)]


def test_repeat_begins_anew_while_held() -> None:
    stage = playing()
    stage.fill(0, "16", mode=Mode.REPEAT, quantum=Quantum.BEAT)
    stage.tap(0)
    stage.run(int(3.5 * BEAT))
    stage.release(0)
    stage.run(30 * BEAT)
    assert stage.places() == [(1, 0), (2, 0), (3, 0), (19, 0)]


def test_legato_goes_on_where_the_other_is() -> None:
    stage = playing()
    stage.fill(0, "16")
    stage.fill(1, "8")
    stage.launcher.legato(0, True)
    stage.tap(0)
    stage.run(9 * BEAT)
    stage.tap(1)
    stage.run(30 * BEAT)
    assert stage.places() == [(4, 0), (12, 1), (20, 1), (28, 1)]
    assert stage.played[1][3] == 0
    stage = playing()
    stage.fill(0, "16")
    stage.fill(1, "16")
    stage.launcher.legato(0, True)
    stage.launcher.quantum = Quantum.BEAT
    stage.tap(0)
    stage.run(4 * BEAT)
    stage.tap(1)
    stage.run(20 * BEAT)
    assert stage.places() == [(1, 0), (5, 1), (17, 1)]
    assert stage.played[1][3] == 4 * BEAT


def test_a_clip_that_does_not_loop_ends_and_a_drone_goes_round_by_itself() -> None:
    stage = playing()
    stage.fill(0, "4", loop=False)
    stage.fill(1, None)
    stage.tap(0)
    stage.run(7 * BEAT)
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.PLAYING
    stage.run(9 * BEAT)
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.READY
    stage.tap(1)
    stage.run(40 * BEAT)
    assert stage.places() == [(4, 0), (12, 1)]


def test_what_is_not_ready_waits_and_says_so() -> None:
    stage = playing()
    stage.fill(0, "4")
    stage.tap(0)
    stage.launcher.making(0, 3, 0)
    stage.run(5 * BEAT)
    stage.tap(3)
    assert stage.launcher.view(0, 3, stage.now).state is SlotState.MAKING
    assert stage.said == ["layer 0 4 is not ready yet; it enters at the first boundary (bar) after it is"]
    stage.run(17 * BEAT)
    assert stage.places()[-1] == (16, 0)
    stage.fill(3, "4")
    assert stage.said[-1] == "layer 0 4 is ready and enters at the next boundary (bar)"
    assert stage.launcher.view(0, 3, stage.now).state is SlotState.QUEUED
    stage.run(24 * BEAT)
    assert stage.places()[-1] == (20, 3)
    stage.tap(5)
    assert stage.said[-1] == "layer 0 6 is empty"
    stage.launcher.making(0, 5, stage.now)
    stage.launcher.fail(0, 5, "the disk is full", stage.now)
    stage.tap(5)
    assert stage.said[-1] == "layer 0 6 cannot be played: the disk is full"
    assert stage.launcher.view(0, 5, stage.now).state is SlotState.ERROR
    with pytest.raises(UsageError, match="row 99: is none"):
        stage.tap(98)


def test_clips_of_another_tempo_or_length_say_so() -> None:
    stage = playing()
    launcher = stage.launcher
    launcher.put(0, 0, Clip("fast", 0, 90_000, F(128), F(4)), 0)
    launcher.put(0, 1, Clip("odd", 1, 7 * BEAT, F(120), F(7)), 0)
    launcher.put(0, 2, Clip("short", 2, 4 * BEAT - 480, F(120), F(4)), 0)
    assert stage.said == [
        "layer 0 1: fast was made at 128 BPM, it plays at 120",
        "layer 0 2: odd lasts 1.75 bars: its loop moves against the bar",
        "layer 0 3: short is 0.01 s shorter than its 4 quarter notes",
    ]
    with pytest.raises(StemwrightError, match="no sound"):
        Clip("none", 0, 0)
    with pytest.raises(StemwrightError, match="are no length"):
        Clip("none", 0, 1, None, F(0))


def test_scenes_enter_at_one_boundary() -> None:
    stage = playing(columns=4)
    for column in range(3):
        stage.fill(0, "4", column=column)
    stage.fill(1, "8", column=0, quantum=Quantum.SIXTEENTH)
    stage.launcher.making(1, 1, 0)
    launch_scene(stage.launcher, 0, 0)
    stage.run(5 * BEAT)
    launch_scene(stage.launcher, 1, stage.now)
    stage.run(13 * BEAT)
    assert stage.places(0)[-1] == (8, 1)
    assert stage.places(1)[-1] == (12, 10)
    assert stage.places(2) == [(4, 20), (8, None)]
    assert stage.places(3)[:1] in ([], [(4, None)])
    stage.launcher.stop_all(stage.now, Quantum.BARS4)
    stage.run(40 * BEAT)
    assert [stage.places(column)[-1] for column in range(2)] == [(16, None)] * 2


@pytest.mark.parametrize(
    ("action", "rows"),
    [
        (FollowAction.NEXT, [0, 1, 2, 0, 1]),
        (FollowAction.PREVIOUS, [0, 2, 1, 0, 2]),
        (FollowAction.FIRST, [0, 0, 0, 0, 0]),
        (FollowAction.LAST, [0, 2, 2, 2, 2]),
        (FollowAction.AGAIN, [0, 0, 0, 0, 0]),
        (FollowAction.JUMP, [0, 5, 5, 5, 5]),
        (FollowAction.STOP, [0, None]),
    ],
)
def test_follow_actions(action: FollowAction, rows: list[int | None]) -> None:
    stage = playing()
    for row in (0, 1, 2, 5):
        stage.fill(row, "4", follow=Follow(action, count=2, target=5))
    stage.tap(0)
    stage.run(42 * BEAT)
    assert stage.places()[:9:2] == [(4 + 8 * i, row) for i, row in enumerate(rows)][:5] or rows[-1] is None
    if rows[-1] is None:
        assert stage.places() == [(4, 0), (8, 0), (12, None)]


def test_random_follow_actions_are_even_and_the_same_for_the_same_seed() -> None:
    runs = []
    for seed, block in ((1, 120), (1, 120), (1, 4000), (2, 120)):
        stage = Stage(block=block, seed=seed)
        stage.transport.play(0)
        for row in range(4):
            stage.fill(row, "1", follow=Follow(FollowAction.OTHER, chance=F(1, 2)))
        stage.launcher.tap(0, 0, 5000)
        stage.run(200 * BEAT)
        runs.append(stage.places())
    assert runs[0] == runs[1] == runs[2]
    assert runs[0] != runs[3]
    rows = [row for _, row in runs[0]]
    assert all(35 <= rows.count(row) <= 65 for row in range(4))
    changes = sum(a != b for a, b in pairwise(rows))
    assert 75 <= changes <= 125
    counts = [0] * 3
    for number in range(3000):
        row = chosen(Follow(FollowAction.ANY), [True] * 3, 0, (0, draw(9, 0, number)))
        assert row is not None
        counts[row] += 1
    assert all(900 < count < 1100 for count in counts)


def test_a_performer_comes_before_a_follow_action_and_draws_are_not_used_up() -> None:
    stage = playing()
    for row in range(3):
        stage.fill(row, "8", follow=Follow(FollowAction.NEXT))
    stage.tap(0)
    stage.run(11 * BEAT)
    stage.tap(2)
    stage.run(24 * BEAT)
    assert stage.places() == [(4, 0), (12, 2), (20, 0)]


def test_a_follow_action_to_what_is_not_ready_goes_on_until_it_is() -> None:
    stage = playing()
    stage.fill(0, "4", follow=Follow(FollowAction.NEXT))
    stage.launcher.making(0, 1, 0)
    stage.tap(0)
    stage.run(18 * BEAT)
    assert stage.places() == [(4, 0), (8, 0), (12, 0), (16, 0)]
    assert stage.said == ["layer 0 2 is not ready yet; what plays goes on until it is"]
    stage.fill(1, "4")
    stage.run(27 * BEAT)
    assert stage.places()[4:] == [(20, 1), (24, 1)]


def test_tempo_changes_with_a_full_queue_move_what_is_queued() -> None:
    """Eight columns queued for the same phrase; what begins before the change, and what stays, is kept."""
    stage = playing(columns=8)
    stage.launcher.quantum = Quantum.PHRASE
    for column in range(8):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    stage.run(10 * BEAT)
    stage.transport.set_tempo(stage.now + 120, F(90))
    stage.run(11 * BEAT)
    before = stage.posted
    stage.transport.phrases_of(stage.now + 120, 8)  # nothing moves
    stage.run(12 * BEAT)
    assert stage.posted == before
    stage.transport.set_tempo(stage.now + 120, F(150))
    expected = stage.transport.tempo.sample(F(32))
    stage.run(50 * BEAT)
    firsts = [next(at for at, node, _, _ in stage.played if node == column) for column in range(8)]
    assert firsts == [expected] * 8
    assert stage.late == []


def test_a_meter_or_a_one_moves_what_is_queued() -> None:
    stage = playing()
    stage.fill(0, "12")
    stage.run(int(8.5 * BEAT))
    stage.tap(0)
    stage.transport.set_meter(0, Meter(3, 4))
    stage.run(10 * BEAT)
    assert stage.played[0][0] == 9 * BEAT
    stage = playing()
    stage.fill(0, "12")
    stage.launcher.quantum = Quantum.PHRASE
    stage.tap(0)
    stage.run(5 * BEAT)
    stage.transport.one(int(5.4 * BEAT))  # a phrase began at 5, and that is over
    stage.run(40 * BEAT)
    assert stage.places()[0] == (37, 0)


def test_before_the_transport_plays_taps_wait_for_it() -> None:
    stage = Stage(block=120)
    stage.fill(0, "4")
    stage.tap(0)
    stage.run(12_000)
    assert stage.played == []
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.QUEUED
    stage.transport.play(15_000)
    stage.run(15_000 + 5 * BEAT)
    assert [at for at, _, _, _ in stage.played] == [15_000, 15_000 + 4 * BEAT]


def test_stop_and_continue_bring_back_what_was_heard() -> None:
    stage = playing()
    stage.fill(0, "8")
    stage.tap(0)
    stage.run(6 * BEAT)
    stage.transport.stop(stage.now + 120)
    stage.run(10 * BEAT)
    stage.transport.resume(stage.now)
    stage.run(20 * BEAT)
    stopped, gone_on = 6 * BEAT + 120, 10 * BEAT
    assert stage.played == [
        (4 * BEAT, 0, 0, 0),
        (stopped, 0, None, 0),
        (gone_on, 0, 0, 2 * BEAT + 120),
        (gone_on + 6 * BEAT - 120, 0, 0, 0),
    ]
    stage.transport.stop(stage.now)
    stage.run(21 * BEAT)
    stage.transport.play(stage.now)
    stage.run(22 * BEAT)
    assert stage.played[-1] == (21 * BEAT, 0, 0, 0)


def test_a_locate_lets_loops_play_on_and_queues_anew() -> None:
    stage = playing(columns=2)
    stage.fill(0, "4")
    stage.fill(0, "4", column=1)
    stage.tap(0)
    stage.run(int(9.5 * BEAT))
    stage.tap(0, column=1)
    stage.transport.locate(10 * BEAT, F(65))
    stage.run(20 * BEAT)
    assert [at for at, node, _, _ in stage.played if node == 0] == [4 * BEAT, 8 * BEAT, 12 * BEAT, 16 * BEAT]
    assert next(at for at, node, _, _ in stage.played if node == 1) == 13 * BEAT


def test_what_comes_too_late_says_so_and_joins_in() -> None:
    stage = playing(columns=2)
    for column in range(2):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    stage.run(5 * BEAT)
    loop = stage.launcher.columns[0].next_change(0)
    assert loop is not None
    stage.launcher.late(loop.ticket, 5 * BEAT)
    assert stage.said == ["layer 0: what was asked for came too late; it waits for the next boundary"]
    passes = [e for e in stage.launcher.columns[1]._ahead if e.sample == 8 * BEAT]
    stage.run(int(8.5 * BEAT))
    stage.launcher.late(passes[0].ticket, stage.now)
    stage.run(14 * BEAT)
    assert [at for at, node, _, _ in stage.played if node == 0] == [4 * BEAT, 8 * BEAT, 12 * BEAT]
    assert stage.played[-3:-1] == [(int(8.5 * BEAT) + 120, 1, 10, BEAT // 2 + 120), (12 * BEAT, 0, 0, 0)]


def test_a_python_that_is_away_for_three_seconds_is_not_heard() -> None:
    stage = playing()
    stage.fill(0, "1")
    stage.tap(0)
    stage.run(5 * BEAT)
    pump, stage.launcher.pump = stage.launcher.pump, lambda now: []
    stage.run(11 * BEAT)
    stage.launcher.pump = pump
    stage.run(14 * BEAT)
    assert stage.places() == [(beat, 0) for beat in range(4, 14)]
    assert stage.late == []


def test_a_clip_made_anew_is_heard_from_the_next_pass() -> None:
    stage = playing()
    stage.fill(0, "4")
    stage.tap(0)
    stage.run(6 * BEAT)
    stage.launcher.put(0, 0, Clip("new", 7, 4 * BEAT, F(120), F(4)), stage.now)
    stage.run(9 * BEAT)
    assert stage.places() == [(4, 0), (8, 7)]
    stage.launcher.clear(0, 0, stage.now)
    stage.run(20 * BEAT)
    assert stage.places()[2:] == [(12, None)]
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.EMPTY


def test_views_count_down() -> None:
    stage = playing()
    stage.fill(0, "4")
    stage.run(BEAT)
    stage.tap(0)
    stage.run(2 * BEAT)
    view = stage.launcher.view(0, 0, stage.now)
    assert (view.state, view.until) == (SlotState.QUEUED, 2)
    assert stage.launcher.until_boundary(stage.now) == 2
    assert stage.launcher.until_boundary(4 * BEAT - 119) == 4 + F(119, BEAT)
    stage.run(7 * BEAT)
    view = stage.launcher.view(0, 0, stage.now)
    assert (view.state, view.until, view.played) == (SlotState.PLAYING, None, 0.75)


def test_an_outside_clock_bends_the_tempo_and_nothing_comes_late() -> None:
    """Pulses with 2 ms of jitter, from 120 to 132 BPM: what is heard keeps to the bars."""
    random = Random(3)
    stage = playing(columns=4)
    clock = MidiClockIn(stage.transport, stage.said.append)
    for column in range(4):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    ideal, pulses = 0.0, list[int]()
    for k in range(24 * 40):
        pulses.append(int(ideal) + random.randrange(96 * 2))
        ideal += BEAT / 24 * (1 if k < 240 else 120 / 132)
    for pulse in sorted(pulses):
        stage.run(max(stage.now, pulse // 120 * 120))
        clock.receive(0xF8, pulse, stage.now + 240)
    assert stage.late == []
    tempo = stage.transport.tempo
    for at, _, _, offset in stage.played:
        bar = tempo.quarters(at) / 4
        assert abs(bar - round(bar)) * 4 * tempo.at(at).step <= F(1, 2)
        assert offset == 0
    assert len(stage.played) == 4 * 9
    assert abs(float(tempo.bpm(stage.now)) - 132) < 0.5
