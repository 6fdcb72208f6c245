import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import set_distances

sizes = st.integers(3, 40)
dims = st.integers(1, 60)  # more dimensions than clips, too
seeds = st.integers(0, 10_000)


def cloud(seed: int, count: int, width: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, width)) * rng.uniform(0.1, 2, width) + shift


@settings(deadline=None, max_examples=40)
@given(seeds, sizes, sizes, dims)
def test_fad_is_symmetric_not_negative_and_zero_for_equal_sets(seed, n, m, width):
    a, b = cloud(seed, n, width), cloud(seed + 1, m, width, 0.5)
    scale = float((a**2).sum() / n + (b**2).sum() / m)
    assert set_distances.fad(a, a) <= 1e-6 * scale
    assert set_distances.fad(a, a[::-1]) <= 1e-6 * scale
    assert set_distances.fad(a, b) == pytest.approx(set_distances.fad(b, a), rel=1e-6, abs=1e-9 * scale)
    assert set_distances.fad(a, b) >= 0


@settings(deadline=None, max_examples=40)
@given(seeds, sizes, sizes, st.integers(1, 25))
def test_turning_and_moving_both_sets_changes_nothing(seed, n, m, width):
    a, b = cloud(seed, n, width), cloud(seed + 1, m, width, 0.5)
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((width, width)))[0]
    moved = [s @ turn + 3.0 for s in (a, b)]
    assert set_distances.fad(*moved) == pytest.approx(set_distances.fad(a, b), rel=1e-6, abs=1e-9)
    assert set_distances.kad(*moved) == pytest.approx(set_distances.kad(a, b), rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(2, 12))
def test_fad_is_that_of_the_textbook(seed, width):
    """Against the matrix root by eigenvalues, where there are more clips than dimensions."""
    a, b = cloud(seed, 60, width), cloud(seed + 1, 50, width, 0.3)
    first, second = np.cov(a.T), np.cov(b.T)
    root = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * root
    assert set_distances.fad(a, b) == pytest.approx(expected, rel=1e-6)


def test_fad_of_known_gaussians():
    a = np.array([[-1.0], [1.0]]) / np.sqrt(2)  # variance 1
    assert set_distances.fad(a, 3 * a + 2) == pytest.approx(4 + (3 - 1) ** 2)


def test_extrapolation_takes_away_what_few_clips_add():
    a, b = np.split(cloud(5, 600, 40), 2)
    plain, (infinite, fit) = set_distances.fad(a, b), set_distances.fad_infinity(a, b)
    assert abs(infinite) < 0.35 * plain and fit > 0.9
    far, _ = set_distances.fad_infinity(a, b + 1.0)
    assert far == pytest.approx(40, rel=0.1)


def test_kad_by_hand():
    a, b = np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])
    k = lambda d: np.exp(-(d**2) / 2)  # noqa: E731  (the median distance of a is 1)
    expected = k(1) + k(2) - 2 * (k(0) + k(2) + k(1) + k(1)) / 4
    assert set_distances.kad(a, b) == pytest.approx(100 * expected)


def test_kad_is_unbiased():
    same = [set_distances.kad(cloud(1, 600, 8)[i::6], cloud(1, 600, 8)[i + 1 :: 6]) for i in range(5)]
    assert abs(np.mean(same)) < 0.6 and min(same) < 0
    assert set_distances.kad(cloud(1, 100, 8), cloud(1, 100, 8, 1.0)) > 10


def test_songs_and_outliers():
    reference = cloud(0, 200, 6)
    songs = {f"song {i}": cloud(0, 200, 6)[i * 10 : i * 10 + 10] for i in range(10)}
    songs["odd"] = cloud(50, 10, 6, 8.0)
    songs["short"] = cloud(51, 1, 6)
    found = set_distances.by_song(reference, songs)
    assert next(iter(found)) == "odd" and "short" not in found
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert set_distances.outliers(found) == ["odd"] and set_distances.outliers({"a": 1.0, "b": 9.0}) == []


def test_halves_hold_everything_once():
    first, second = set_distances.halves(np.arange(22.0).reshape(11, 2), seed=3)
    assert len(first) == 5 and len(second) == 6
    assert sorted(np.concatenate([first, second])[:, 0].tolist()) == list(np.arange(0.0, 22, 2))


def test_evaluate_says_what_it_measured():
    result = set_distances.evaluate(cloud(0, 30, 4), cloud(1, 20, 4))
    assert list(result) == [
        "fad", "fad_infinity", "fad_r2", "kad", "clips", "reference_clips", "dimensions",
    ]  # fmt: skip
    assert (result["clips"], result["reference_clips"], result["dimensions"]) == (20, 30, 4)
    assert set_distances.evaluate(cloud(0, 30, 4), cloud(1, 5, 4))["fad_infinity"] is None


def test_bad_input_is_refused():
    good = cloud(0, 5, 3)
    for a, b in ((good[:1], good), (good[0], good), (good * np.nan, good), (good, cloud(0, 5, 4))):
        with pytest.raises(ValueError):
            set_distances.fad(a, b)
    with pytest.raises(ValueError, match="12"):
        set_distances.fad_infinity(good, good)
    with pytest.raises(ValueError, match="bandwidth"):
        set_distances.kad(np.ones((4, 2)), good[:, :2])
