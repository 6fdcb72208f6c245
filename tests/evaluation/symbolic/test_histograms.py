import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import histograms
from stemwright.evaluation.symbolic.onset_grid import on_grid
from stemwright.song.meter import Meter
from stemwright.song.score import Score
from support.symbolic import melody, score, song

counts = st.lists(st.integers(0, 50), min_size=5, max_size=5)


def bins(found: dict[str, np.ndarray], name: str) -> dict[int, int]:
    return {int(i): int(found[name][i]) for i in np.flatnonzero(found[name])}


def test_known_distances():
    assert histograms.distance([1, 0], [0, 3]) == pytest.approx(1.0)
    assert histograms.distance([1, 1], [5, 5]) == 0.0
    # the middle is (3/4, 1/4): half of log2(4/3), and half of (1/2 log2(2/3) + 1/2)
    divergence = (np.log2(4 / 3) + 0.5 * np.log2(2 / 3) + 0.5) / 2
    assert histograms.distance([1, 0], [1, 1]) == pytest.approx(np.sqrt(divergence))
    assert histograms.distance([0, 0], [1, 1]) is None


@settings(deadline=None)
@given(counts, counts, counts)
def test_the_distance_is_a_metric(a, b, c):
    if not (sum(a) and sum(b) and sum(c)):
        return
    ab, ba, ac, cb = (histograms.distance(*pair) for pair in ((a, b), (b, a), (a, c), (c, b)))
    assert ab == pytest.approx(ba) and 0 <= ab <= 1
    assert ab <= ac + cb + 1e-9
    assert histograms.distance(a, [3 * x for x in a]) == pytest.approx(0, abs=1e-7)


def test_a_melody_over_chords():
    have = song(
        chords="C Am",
        form="verse:2",
        lead=score((0, 96, 60, 80), (96, 48, 64, 88), (160, 24, 67, 88), (480, 192, 69, 127)),
    )
    found = histograms.counts(have, "lead")
    assert tuple(found) == histograms.PITCHED
    assert bins(found, "position") == {0: 1, 12: 2, 20: 1}
    assert bins(found, "ioi") == {8: 1, 12: 1, 40: 1}
    assert bins(found, "chord") == {0: 2, 4: 1, 7: 1}
    assert bins(found, "interval") == {24 + 4: 1, 24 + 3: 1, 24 + 2: 1}
    assert bins(found, "velocity") == {10: 1, 11: 2, 15: 1}
    assert [histograms.DURATIONS[i] for i in bins(found, "duration")] == [24, 48, 96, 192]


def test_outer_notes_make_the_intervals():
    chords = score((0, 96, 60, 80), (0, 96, 64, 80), (96, 96, 55, 80), (96, 96, 65, 80))
    assert bins(histograms.counts(song(harmony=chords), "harmony"), "interval") == {24 + 1: 1}
    assert bins(histograms.counts(song(bass=chords), "bass"), "interval") == {24 - 5: 1}


def test_drums_have_pieces():
    found = histograms.counts(song(drums=melody([0, 48, 96], [36, 42, 38])), "drums")
    assert tuple(found) == histograms.DRUMS
    assert bins(found, "piece") == {0: 1, 1: 1, 4: 1}


def test_human_timing_is_put_on_the_grid():
    onsets = np.array([0, 10, 20, 27, 29, 60, 94, 380, 383])
    assert on_grid(onsets, Meter(4, 4)).tolist() == [0, 0, 24, 24, 32, 64, 96, 384, 384]
    assert on_grid(np.array([330, 336 + 3]), Meter(7, 8)).tolist() == [336, 336]


@settings(deadline=None)
@given(st.lists(st.integers(0, 20000), max_size=30), st.sampled_from(["4/4", "7/8", "5/16", "3/4"]))
def test_the_grid_is_near_and_keeps_the_order(ticks, meter):
    have = np.sort(np.array(ticks, dtype=np.int64))
    placed = on_grid(have, Meter.parse(meter))
    assert np.all(np.abs(placed - have) <= 12) and np.all(np.diff(placed) >= 0)
    assert np.array_equal(on_grid(placed, Meter.parse(meter)), placed)


@settings(deadline=None)
@given(st.integers(-12, 12))
def test_transposed_with_its_chords_it_is_the_same(by):
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    first = song(chords="C F", form="verse:2", lead=melody(range(0, 768, 96), pitches))
    roots = {0: "C", 1: "Db", 2: "D", 3: "Eb", 4: "E", 5: "F", 6: "Gb", 7: "G", 8: "Ab", 9: "A", 10: "Bb"}
    roots[11] = "B"
    moved = f"{roots[by % 12]} {roots[(by + 5) % 12]}"
    second = song(chords=moved, form="verse:2", lead=melody(range(0, 768, 96), [p + by for p in pitches]))
    a, b = (histograms.counts(have, "lead") for have in (first, second))
    assert all(np.array_equal(a[name], b[name]) for name in a)


def test_sets():
    steady, offbeat = (
        [histograms.counts(song(lead=melody(range(start, 768, 96), [60, 62] * 4)), "lead")]
        for start in (0, 48)
    )
    result = histograms.evaluate(steady, offbeat)
    assert result["position"] == 1.0 and result["interval"] == result["ioi"] == 0.0
    assert result["chord"] is None  # neither has chords
    empty = [histograms.counts(song(lead=Score()), "lead")]
    assert set(histograms.evaluate(steady, empty).values()) == {None}
    long = histograms.gap_bins(np.array([8, 384, 385, 800, 9999]))
    assert long.tolist() == [1, 48, 49, 50, 51]


def test_bad_input_is_refused():
    lead = histograms.counts(song(lead=Score()), "lead")
    drums = histograms.counts(song(drums=Score()), "drums")
    with pytest.raises(ValueError, match="at least one"):
        histograms.evaluate([lead], [])
    with pytest.raises(ValueError, match="one layer"):
        histograms.evaluate([lead], [drums])
    for bad in ([1, -1], [1, 2, 3], [[1, 2]]):
        with pytest.raises(ValueError):
            histograms.distance([1, 1], bad)
