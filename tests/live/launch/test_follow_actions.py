"""What comes after a clip by itself: each action, draws that are even and the same, performers first."""

from fractions import Fraction
from itertools import pairwise

import pytest

from stemwright.live.launch.follow import Follow, FollowAction, chosen, draw
from support.stage import Stage, playing

F = Fraction
BEAT = 24_000


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
