"""Launching: taps, modes, loops, scenes."""

from itertools import pairwise

import pytest

from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.scenes import launch_scene
from stemwright.live.launch.slots import Mode, SlotState
from support.stage import playing

BEAT = 24_000


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
