"""What slots hold: clips that are not ready, of another tempo, made anew; what is to be seen of them."""

from fractions import Fraction

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.launch.slots import Clip, SlotState
from support.stage import playing

F = Fraction
BEAT = 24_000


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
