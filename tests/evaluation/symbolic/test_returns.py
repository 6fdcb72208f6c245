import numpy as np
import pytest

from stemwright.evaluation.symbolic import returns
from support.symbolic import melody, score, song

VERSE = np.array([True, False, True, False])


def test_what_returns_by_layer():
    lead = melody([0, 96, 384, 480, 768, 864], [60, 62, 65, 67, 60, 62])
    bass = melody([0, 384, 768], [36, 36, 38])
    found = returns.alike(song(form="verse:1 chorus:1 verse:1 end:1", lead=lead, bass=bass))
    assert found["lead"] == {"alike": 1.0, "unlike": 0.0}
    assert found["bass"] == {"alike": 0.0, "unlike": 0.5}


def test_bars_that_come_back_changed():
    lead = melody([0, 96, 384, 768, 864, 1152, 1248], [60, 62, 65, 60, 62, 67, 69])
    assert returns.changed(song(form="verse:2 verse:2 end:1", lead=lead), "lead").tolist() == [3]
    ending = song(form="verse:2 verse:2", lead=lead)
    assert returns.changed(ending, "lead").tolist() == [] and returns.alike(ending)["lead"]["alike"] == 1.0


def test_how_long_notes_are_held_does_not_count():
    lead = score((0, 41, 60, 80), (96, 90, 62, 80), (384, 42, 60, 70), (482, 40, 62, 90))
    assert returns.alike(song(form="verse:1 verse:1 end:1", lead=lead))["lead"]["alike"] == 1.0


def test_a_chorus_over_a_verse():
    rows = [(bar * 384, 90, 60, 70) for bar in (0, 2)]
    rows += [(bar * 384 + t, 90, 67, 90) for bar in (1, 3) for t in (0, 96)]
    have = song(form="verse:1 chorus:1 verse:1 chorus:1", lead=score(*rows), bass=melody([0, 384], [36, 36]))
    found = returns.over(have, ~VERSE, VERSE)
    assert found["velocity"] == pytest.approx((90 * 4 + 80) / 5 - (70 * 2 + 80) / 3)
    assert found["density"] == pytest.approx(5 / 3) and found["register"] == 7.0
    assert found["layers"] == 0.0
    assert set(returns.evaluate(have, ~VERSE, VERSE)) >= {"lead_alike", "bass_alike", "velocity"}


def test_a_song_without_a_chorus():
    have = song(form="verse:4", lead=melody([0], [60]))
    nothing = np.zeros(4, dtype=bool)
    assert set(returns.over(have, nothing, VERSE).values()) == {None}
    with pytest.raises(ValueError, match="4 bars"):
        returns.over(have, nothing[:2], VERSE)
