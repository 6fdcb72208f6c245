"""Pitch right and jitter, out of made curves."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.evaluation import intonation

PERIOD = 0.016
SPANS = [[0.0, 1.0], [1.0, 2.0]]


def curve(*cents: float, trembling: float = 0.0) -> np.ndarray:
    """A second of 440 Hz and so many cents, for each."""
    rng = np.random.default_rng(0)
    off = np.repeat(cents, 63) + trembling * rng.standard_normal(63 * len(cents))
    return 440 * 2 ** (off / 1200)


def test_known_pitches() -> None:
    found = intonation.evaluate(curve(0, 30), PERIOD, SPANS, [69, 69])
    assert found == {"right": 1.0, "jitter_cents": pytest.approx(0, abs=1e-9), "notes": 2}
    assert intonation.evaluate(curve(0, 60), PERIOD, SPANS, [69, 69])["right"] == 0.5
    assert intonation.evaluate(curve(0, 1200), PERIOD, SPANS, [69, 69])["right"] == 0.5
    assert intonation.evaluate(0 * curve(0, 0), PERIOD, SPANS, [69, 69])["right"] == 0


@pytest.mark.parametrize("trembling", [2.0, 10.0, 20.0])
def test_jitter_is_the_standard_deviation(trembling: float) -> None:
    found = intonation.evaluate(curve(0, 0, trembling=trembling), PERIOD, SPANS, [69, 69])
    assert found["jitter_cents"] == pytest.approx(trembling, rel=0.2) and found["right"] == 1


def test_what_cannot_be_judged_is_left_out() -> None:
    assert intonation.evaluate(curve(0), PERIOD, [[0, 0.1]], [69])["right"] is None
    low = intonation.evaluate(curve(0, 0), PERIOD, SPANS, [28, 69], limits=(46.9, 2000))
    assert low["notes"] == 1 and low["right"] == 1
    beyond = intonation.evaluate(curve(0), PERIOD, [[5, 6]], [69])
    assert beyond == {"right": None, "jitter_cents": None, "notes": 0}
    for bad in (np.array([-1.0]), np.array([np.nan]), np.zeros((2, 2))):
        with pytest.raises(ValueError, match="curve"):
            intonation.evaluate(bad, PERIOD, [], [])
    with pytest.raises(ValueError, match="needs a pitch"):
        intonation.evaluate(curve(0), PERIOD, SPANS, [69])
