import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic.ngram import NGram

sequences = st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=4)


def test_known_chances():
    unigram = NGram([[0, 0, 1]], 4, 1)
    # 0 came twice of three, two kinds came, a fourth of a quarter each: (2 + 2 / 4) / 5
    assert np.exp(-unigram.losses([0, 3])) == pytest.approx([0.5, 0.1])
    bigram = NGram([[0, 0, 1]], 4, 2)
    # after 0 both came once: (1 + 2 * (2 + 2 / 4) / 5) / 4
    assert np.exp(-bigram.losses([0, 0])) == pytest.approx([0.5, 0.5])
    assert np.exp(-bigram.losses([3, 0])) == pytest.approx([0.1, 0.5])  # 3 was never followed


@settings(deadline=None, max_examples=60)
@given(sequences, st.lists(st.integers(0, 3), max_size=6), st.integers(1, 5))
def test_chances_are_a_distribution(counted, before, order):
    model = NGram(counted, 4, order)
    chances = [float(np.exp(-model.losses([*before, value])[-1])) for value in range(4)]
    assert sum(chances) == pytest.approx(1.0) and min(chances) > 0


def test_a_longer_context_learns_a_longer_rule():
    song = [0, 1, 2, 0, 1, 3] * 20
    losses = [NGram([song], 4, order).losses(song).mean() for order in (1, 2, 3, 4)]
    assert losses == sorted(losses, reverse=True) and losses[3] < 0.1 < losses[2]


def test_nothing_counted_and_bad_input():
    assert NGram([], 8, 3).losses([1, 2]) == pytest.approx([np.log(8)] * 2)
    assert NGram([[1]], 8, 3).losses([]).shape == (0,)
    for size, order in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="1 or more"):
            NGram([], size, order)
