import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import swing
from stemwright.song.rhythm import swung
from stemwright.song.score import Score
from support.symbolic import melody, song

BARS = 4
QUARTERS = range(0, BARS * 384, 96)
EIGHTHS = [q + t for q in QUARTERS for t in (0, 48)]
SIXTEENTHS = [q + t for q in QUARTERS for t in (0, 24, 48, 72)]


@pytest.mark.parametrize("percent", [50, 55, 58, 62, 67, 72])
def test_known_swing(percent):
    from fractions import Fraction

    onsets = [swung(tick, Fraction(percent, 100)) for tick in EIGHTHS]
    found = swing.evaluate(song(form=f"verse:{BARS}", drums=melody(onsets, [42] * len(onsets))))
    assert found["swing"] == pytest.approx(percent / 100, abs=0.006)
    assert found["swing_pairs"] == 4 * BARS and found["swing16"] is None
    assert found["spread_ms"] < 2.0  # what swings is on its grid


def test_swung_sixteenths_are_no_swung_eighths():
    onsets = [q + t for q in QUARTERS for t in (0, 32, 48, 80)]
    found = swing.evaluate(song(form=f"verse:{BARS}", drums=melody(onsets, [42] * len(onsets))))
    assert found["swing"] is None and found["swing16"] == pytest.approx(2 / 3)


def test_triplets_and_typeset_music_lie_on_the_grid():
    triplets = [q + t for q in QUARTERS for t in (0, 32, 64)]
    for onsets in (triplets, SIXTEENTHS):
        found = swing.evaluate(song(form=f"verse:{BARS}", lead=melody(onsets)))
        assert found["swing"] is None and found["spread_ms"] == 0.0 and found["lean_ms"] == {"lead": 0.0}


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_known_micro_timing(seed):
    rng = np.random.default_rng(seed)
    onsets = sorted({t + 12 + int(e) for t, e in zip(EIGHTHS * 8, rng.normal(0, 3, 8 * 32), strict=True)})
    late = np.array(onsets) - 12
    found = swing.deviations(np.array(onsets) - 12 + 96)
    assert found.std() == pytest.approx(np.std([t - round(t / 48) * 48 for t in late]), rel=0.15)


def test_a_layer_that_leans_has_no_spread():
    late = melody([t + 5 for t in EIGHTHS])
    found = swing.evaluate(song(bpm="120", form=f"verse:{BARS}", lead=late, bass=melody(EIGHTHS)))
    assert found["lean_ms"]["lead"] == pytest.approx(5 * 500 / 96) and found["lean_ms"]["bass"] == 0.0
    assert found["spread_ms"] < 0.5 * 500 / 96


def test_meters_in_eighths_have_no_swing():
    found = swing.evaluate(song(meter="6/8", form="verse:4", lead=melody(range(0, 4 * 288, 48))))
    assert found["swing"] is None and found["swing_pairs"] == 0 and found["spread_ms"] == 0.0


def test_bands():
    assert swing.band(range(swing.LEAST_SONGS - 1)) is None
    low, high = swing.band(range(101))
    assert (low, high) == (5.0, 95.0)
    assert swing.within([4.0, 5.0, 50.0, 96.0], (low, high)) == 0.5
    assert swing.within([], (low, high)) is None and swing.within([1.0], None) is None
    assert swing.within([0.5], (0.5, 0.5)) == 1.0


def test_styles():
    assert [swing.style_family(s) for s in ("funk-groove1", "latin_samba", "rock", "")] == [
        "funk",
        "latin",
        "rock",
        "",
    ]


def test_a_song_without_notes_is_refused():
    with pytest.raises(ValueError, match="no notes"):
        swing.evaluate(song(lead=Score()))
    assert swing.swing_places(np.zeros(0, dtype=np.int64)).size == 0
    assert swing.swing16_places(np.zeros(0, dtype=np.int64)).size == 0
    assert swing.deviations(np.zeros(0, dtype=np.int64)).size == 0
