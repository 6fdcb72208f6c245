import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.logistic import fit, log_probabilities


def blobs(seed: int, count: int = 60, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    return rng.normal(size=(count, 4)) + 6 * np.eye(classes, 4)[labels], labels


def test_classes_that_lie_apart_are_told():
    x, y = blobs(0)
    model = fit(x, y)
    fresh, known = blobs(1)
    assert (log_probabilities(model, fresh).argmax(axis=1) == known).all()
    assert np.exp(log_probabilities(model, fresh)).sum(axis=1) == pytest.approx(np.ones(60))


def test_it_is_the_optimum_of_its_loss():
    """Against the condition of the minimum: the slope of the loss is zero."""
    x, y = blobs(2)
    model = fit(x, y, l2=0.1)
    z = (x - model.mean) / model.scale
    error = np.exp(log_probabilities(model, x)) - np.eye(3)[y]
    assert np.abs(z.T @ error / len(x) + 0.1 * model.weights).max() < 1e-6
    assert np.abs(error.mean(axis=0)).max() < 1e-6


def test_what_tells_nothing_gives_the_shares_of_the_classes():
    model = fit(np.ones((4, 2)), [0, 0, 0, 1])
    assert np.exp(log_probabilities(model, np.ones((1, 2))))[0] == pytest.approx([0.75, 0.25], abs=1e-3)
    weighted = fit(np.ones((4, 2)), [0, 0, 0, 1], [1, 1, 1, 3])
    assert np.exp(log_probabilities(weighted, np.ones((1, 2))))[0] == pytest.approx([0.5, 0.5], abs=1e-3)


@settings(deadline=None, max_examples=10)
@given(st.floats(0.01, 1000), st.floats(-100, 100))
def test_units_do_not_matter(scale, offset):
    x, y = blobs(3)
    one, other = fit(x, y), fit(x * scale + offset, y)
    assert log_probabilities(one, x) == pytest.approx(log_probabilities(other, x * scale + offset), abs=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "w"),
    [
        (np.zeros((0, 2)), [], []),
        ([[1.0], [np.nan]], [0, 1], [1, 1]),
        ([[1.0], [2.0]], [0], [1, 1]),
        ([[1.0], [2.0]], [0, -1], [1, 1]),
        ([[1.0], [2.0]], [0, 1], [1, 0]),
    ],
)
def test_refusals(x, y, w):
    with pytest.raises(ValueError):
        fit(x, y, w)
