import numpy as np
import pytest

from stemwright.evaluation.symbolic import bass
from support.symbolic import kit, line, melody, song


def test_on_the_kick():
    have = song(form="verse:1", drums=kit(kick="X.......X......."), bass=line("x...x...xx......", [40] * 4))
    assert bass.on_kick(have).tolist() == [True, False, True, True]  # a sixteenth after is with it
    assert bass.evaluate(have)["on_kick"] == 0.75
    assert bass.evaluate(song(form="verse:1", bass=line("x", [40])))["on_kick"] is None


def test_walking_by_steps():
    walk = line("x...x...x...x..." * 2, [36, 38, 40, 41, 43, 41, 40, 36])
    found = bass.evaluate(song(form="verse:2", chords="C C", bass=walk))
    assert found["walking"] == 1.0 and found["steps"] == pytest.approx(6 / 7)
    slow = bass.evaluate(song(form="verse:2", bass=line("x.......x......." * 2, [36, 43] * 2)))
    assert slow["walking"] == 0.5
    judged = np.array([True, False])
    half = song(form="verse:2", bass=line("x...x...x...x..." + "." * 16, [36] * 4))
    assert bass.evaluate(half)["walking"] == 0.5 and bass.evaluate(half, judged)["walking"] == 1.0
    assert bass.evaluate(half)["steps"] is None and bass.evaluate(half)["repeated"] == 1.0


def test_what_lies_between_the_beats_is_no_step_of_a_walk():
    have = song(form="verse:1", bass=line("x..xx...x...x...", [36, 60, 38, 40, 36]))
    assert bass.step_share(have) == pytest.approx(2 / 3)


def test_roots():
    have = song(chords="C Am F/A G", form="verse:4", bass=melody([3, 380, 768, 1200], [36, 45, 45, 43]))
    judged, right = bass.root_on_one(have)
    assert judged.tolist() == [True, True, True, False]  # the last comes half a beat late
    assert right.tolist() == [True, True, True, False]
    wrong = song(chords="C", form="verse:1", bass=melody([0], [38]))
    assert bass.evaluate(wrong)["root_on_one"] == 0.0
    assert bass.evaluate(song(form="verse:1", bass=melody([0])))["root_on_one"] is None


def test_songs_without_bass():
    with pytest.raises(ValueError, match="no bass"):
        bass.evaluate(song(form="verse:1"))
