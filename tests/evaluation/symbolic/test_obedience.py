import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic.obedience import evaluate, spearman

ASKED = [[1.0, 2.0, 4.0]] * 3
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=20)


def test_who_gives_what_is_asked():
    found = evaluate(ASKED, ASKED, [2.0, 2.0, 2.0])
    assert found == {"correlation": pytest.approx(1.0), "in_order": 1.0, "miss": 0.0}


def test_who_does_not_listen_and_who_does_the_contrary():
    same = [[v] * 3 for v in (1.0, 2.0, 3.0)]
    found = evaluate(ASKED, same, [1.0, 2.0, 3.0])
    assert found == {"correlation": pytest.approx(0.0), "in_order": 0.0, "miss": 1.0}
    found = evaluate(ASKED, [[3.0, 2.0, 1.0]] * 3, [2.0] * 3)
    assert found["correlation"] == pytest.approx(-1.0) and found["in_order"] == 0.0 and found["miss"] > 1


def test_songs_that_differ_keep_their_order():
    got = [[v + x for x in (0.0, 0.1, 0.2)] for v in (1.0, 5.0, 9.0)]
    found = evaluate(ASKED, got, [1.0, 5.0, 9.0])
    assert found["in_order"] == 1.0 and 0 < found["correlation"] < 0.5


def test_what_tells_nothing():
    nothing = np.full((3, 3), np.nan)
    assert set(evaluate(ASKED, nothing, [1.0] * 3).values()) == {None}
    half = [[1.0, np.nan, 4.0], [1.0, 2.0, 4.0], [1.0, 1.0, 4.0]]
    found = evaluate(ASKED, half, [np.nan, 1.0, 1.0])
    assert found["in_order"] == 0.5 and found["miss"] == pytest.approx(1 / 8)


@settings(deadline=None)
@given(rows)
def test_spearman_is_that_of_ranks(pairs):
    a, b = np.array(pairs).T
    found = spearman(a, b)
    if found is None:
        assert len(set(a)) == 1 or len(set(b)) == 1
        return
    assert -1 - 1e-9 <= found <= 1 + 1e-9
    assert spearman(a**3, b) == pytest.approx(found) == spearman(b, a)
    assert spearman(-a, b) == pytest.approx(-found)


def test_spearman_known():
    assert spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) == pytest.approx(0.8207826817)  # ranks 1 2 3.5 5 3.5
    assert spearman([], []) is None


def test_bad_input():
    for asked, got, free in (
        ([1.0, 2.0], [1.0, 2.0], [1.0]),
        ([[1.0]], [[1.0]], [1.0]),
        (ASKED, ASKED, [1.0]),
        (ASKED, ASKED[:2], [1.0] * 3),
        ([[2.0, 1.0]], [[1.0, 2.0]], [1.0]),
        ([[1.0, np.nan]], [[1.0, 2.0]], [1.0]),
    ):
        with pytest.raises(ValueError, match="should"):
            evaluate(asked, got, free)
    with pytest.raises(ValueError, match="one length"):
        spearman([1, 2], [1])
