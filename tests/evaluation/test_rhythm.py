import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import rhythm

GRID = np.arange(0.5, 100.5, 0.5)
STEMS = ("drums", "bass", "harmony", "lead")


def jittered(deviation: float, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {name: np.sort(GRID + rng.normal(0, deviation, len(GRID))) for name in STEMS}


@pytest.mark.parametrize(
    ("deviation", "cbs", "irs"), [(0.002, 0.95, 0.003), (0.005, 0.87, 0.007), (0.01, 0.78, 0.014)]
)
def test_known_jitter_as_published(deviation, cbs, irs):
    """Figures of an independent simulation of the published definitions: four stems at 120 BPM."""
    windows = np.linspace(0, rhythm.WINDOW, 20)  # where windows begin among the beats matters
    results = [
        rhythm.published({name: times + by for name, times in jittered(deviation, seed).items()})
        for seed, by in enumerate(windows)
    ]
    mean = {key: np.mean([result[key] for result in results]) for key in results[0]}
    assert mean["cbs"] == pytest.approx(cbs, abs=0.015) and mean["irs"] == pytest.approx(irs, abs=0.0005)
    assert mean["cbd"] == pytest.approx(deviation * 2 / np.sqrt(np.pi) / 0.25, rel=0.05)
    assert list(results[0]) == ["irs", "cbs", "cbd", "window"]


def test_known_jitter_on_the_grid():
    exact = dict.fromkeys(STEMS, GRID)
    result = rhythm.evaluate(GRID, jittered(0.005), exact)
    assert result["irs"] == pytest.approx(0.005 * np.sqrt(2), rel=0.1) and result["cbs"] == 1.0
    assert result["cbd_ms"] == pytest.approx(5 * 2 / np.sqrt(np.pi), rel=0.1)
    assert result["cbd"] == pytest.approx(result["cbd_ms"] / 250) and abs(result["late_ms"]) < 1
    assert result["windows"] == len(GRID)


def test_perfect_playing():
    exact = dict.fromkeys(STEMS, GRID)
    result = rhythm.evaluate(GRID, exact, exact)
    assert result["irs"] == pytest.approx(0, abs=1e-9) and result["cbs"] == 1.0 and result["cbd"] == 0.0
    assert rhythm.published(exact)["cbs"] == 1.0


def test_rests_and_off_beats_are_not_blamed():
    expected = {"drums": GRID, "bass": GRID[::4], "lead": GRID[:40] + 0.25, "harmony": np.zeros(0)}
    result = rhythm.evaluate(GRID, expected, expected)
    assert result["cbs"] == 1.0 and result["windows"] == len(GRID[::4])
    assert result["irs"] == pytest.approx(0, abs=1e-9)  # the bass has no two neighbouring beats


def test_missing_and_displaced_onsets_are():
    expected = {"drums": GRID, "bass": GRID}
    missing = rhythm.evaluate(GRID, {"drums": GRID, "bass": GRID[::2]}, expected)
    assert missing["cbs"] == pytest.approx(0.75) and missing["cbd"] == 0.0
    late = rhythm.evaluate(GRID, {"drums": GRID, "bass": GRID + 0.05}, expected)
    assert late["cbs"] == 0.5 and late["cbd"] is None
    shifted = rhythm.evaluate(GRID, {"drums": GRID, "bass": GRID + 0.02}, expected)
    assert shifted["cbs"] == 1.0 and shifted["cbd_ms"] == pytest.approx(20) and shifted["irs"] < 1e-9
    assert shifted["late_ms"] == pytest.approx(10)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3000), max_size=40, unique=True), st.integers(0, 500))
def test_the_nearest_onset_at_each_beat(times, beat):
    grid = np.array([beat / 10, beat / 10 + 1])
    have = np.sort(np.array(times, dtype=float)) / 100
    for wanted, found in zip(grid, rhythm.at_beats(have, grid), strict=True):
        near = have[np.abs(have - wanted) <= 0.035 + 1e-9]
        assert np.isnan(found) == (not near.size)
        assert np.isnan(found) or abs(found - wanted) == np.abs(near - wanted).min()


@settings(deadline=None, max_examples=20)
@given(st.permutations(STEMS), st.integers(0, 100))
def test_the_order_of_stems_does_not_matter(order, seed):
    beats = jittered(0.01, seed)
    mixed = {name: beats[name] for name in order}
    first, second = rhythm.published(beats), rhythm.published(mixed)
    assert all(first[key] == pytest.approx(second[key]) for key in first)


def test_nothing_to_judge():
    empty = {"drums": np.zeros(0), "bass": np.zeros(0)}
    result = rhythm.evaluate(GRID, empty, empty)
    assert result["cbs"] is result["irs"] is result["cbd"] is result["late_ms"] is None
    assert rhythm.evaluate(GRID, {}, {})["cbs"] is None
    assert rhythm.published(empty)["cbs"] is None and rhythm.published({})["cbd"] is None


def test_bad_input_is_refused():
    for grid, heard, expected in (
        ([0.0], {}, {}),
        ([1.0, 0.5], {}, {}),
        ([1.0, 1.0], {}, {}),
        (GRID, {"drums": [2.0, 1.0]}, {"drums": []}),
        (GRID, {"drums": []}, {"bass": []}),
    ):
        with pytest.raises(ValueError):
            rhythm.evaluate(grid, heard, expected)
    with pytest.raises(ValueError, match="lead"):
        rhythm.published({"lead": [np.nan]})
