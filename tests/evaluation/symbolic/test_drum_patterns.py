import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import drums
from support.symbolic import kit, song

ROCK = {"kick": "X.......X.x.....", "snare": "....X.......X...", "closed_hat": "x.x.x.x.x.x.x.x."}
HOUSE = {"kick": "X...X...X...X...", "clap": "....x.......x...", "open_hat": "..x...x...x...x."}
ONE_DROP = {"kick": "........X.......", "rim": "........X.....x.", "closed_hat": "x.x.x.x.x.x.x.x."}
ROCKERS = {"kick": "X.......X.......", "snare": "........X......."}
JAZZ = {"ride": "x...x.x.x...x.x.", "pedal_hat": "....g.......g...", "kick": "g...g...g...g..."}


def found(pattern: dict[str, str], late: int = 0) -> dict[str, float | None]:
    return dict(drums.evaluate(song(form="verse:1", drums=kit(late, **pattern))))


@pytest.mark.parametrize(
    ("pattern", "has"),
    [
        (ROCK, {"backbeat", "either", "kick_on_one", "hat_on_two_and_four"}),
        (HOUSE, {"backbeat", "either", "four_on_the_floor", "kick_on_one", "offbeat_hat"}),
        (ONE_DROP, {"half_time", "either", "one_drop", "hat_on_two_and_four"}),
        (ROCKERS, {"half_time", "either", "one_drop", "kick_on_one"}),
        (JAZZ, {"hat_on_two_and_four", "ride", "four_on_the_floor", "kick_on_one"}),  # a feathered kick
        ({"kick": "xxxxxxxxxx......"}, {"kick_on_one", "machine_gun"}),
        (
            {"kick": "X.......x.......", "snare": "........X......."},
            {"half_time", "either", "one_drop", "kick_on_one"},
        ),
        ({"kick": "X...............", "snare": "........X......."}, {"half_time", "either", "kick_on_one"}),
        ({"kick": "X...............", "snare": "....g.......g..."}, {"kick_on_one"}),  # ghosts are no beat
        ({"kick": "X...............", "snare": "....X..........."}, {"kick_on_one"}),
        ({"closed_hat": "..x...x...x...x."}, {"offbeat_hat"}),
        ({"closed_hat": "x.x.x.x.x.x.x.x."}, {"hat_on_two_and_four"}),
    ],
)
def test_patterns(pattern, has):
    assert {name for name, value in found(pattern).items() if value == 1.0} == has
    assert set(found(pattern).values()) <= {0.0, 1.0}


@given(st.sampled_from([ROCK, HOUSE, ONE_DROP, JAZZ]), st.integers(0, 12))
def test_a_drummer_who_is_a_little_late_plays_the_same_pattern(pattern, late):
    assert found(pattern, late) == found(pattern)


def test_far_too_late_is_another_pattern():
    assert found(ROCK, 24)["backbeat"] == 0.0


def test_shares_and_judged_bars():
    have = song(form="verse:4", drums=kit(snare="....X.......X..." * 3 + "X..............."))
    assert drums.backbeat(have).tolist() == [True, True, True, False]
    assert drums.evaluate(have)["backbeat"] == 0.75
    judged = np.array([True, False, False, True])
    assert drums.evaluate(have, judged)["backbeat"] == 0.5
    assert drums.evaluate(have, np.zeros(4, dtype=bool))["backbeat"] is None


def test_a_swung_ride_and_dotted_beats():
    swung = [(0, 51), (96, 51), (160, 51), (192, 51), (288, 51), (352, 51)]
    from support.symbolic import score

    assert drums.ride(song(form="verse:1", drums=score(*((t, 9, p, 70) for t, p in swung)))).all()
    slow = score((144, 9, 38, 90), (432, 9, 38, 90), (0, 9, 36, 90))
    assert drums.backbeat(song(meter="12/8", form="verse:1", drums=slow)).all()


def test_other_meters_and_songs_without_drums():
    with pytest.raises(ValueError, match="7/8 has no backbeat"):
        drums.evaluate(song(meter="7/8", form="verse:1", drums=kit(kick="x")))
    with pytest.raises(ValueError, match="no drums"):
        drums.evaluate(song(form="verse:1"))
