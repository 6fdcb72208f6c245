import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation.symbolic import similarity
from stemwright.song.score import Score
from support.symbolic import melody, score, song

BAR = 384


def bars(*kinds: str) -> Score:
    """A bar of four quarters for each letter: another letter, other pitches."""
    rows = [
        (b * BAR + 96 * q, 96, 40 + 5 * (ord(kind) - 97) + q, 80)
        for b, kind in enumerate(kinds)
        for q in range(4)
        if kind != "-"
    ]
    return score(*rows)


def test_a_known_matrix():
    have = song(form="verse:4", lead=bars("a", "a", "b", "-"))
    matrix = similarity.bar_matrix(have)
    assert matrix[:2, :2].tolist() == [[1, 1], [1, 1]] and matrix[0, 2] == 0
    assert np.isnan(matrix[3]).all() and np.isnan(matrix[:, 3]).all()
    one_changed = score(*((t, 96, 60 + (t == 480), 80) for t in range(0, 2 * BAR, 96)))
    assert similarity.bar_matrix(song(form="verse:2", lead=one_changed))[0, 1] == pytest.approx(3 / 5)


def test_a_form_is_seen_in_the_curve():
    curve = similarity.curve(similarity.bar_matrix(song(form="verse:8", lead=bars(*"abcdabcd"))))
    assert curve[3] == 1.0 and curve[:3].tolist() == [0, 0, 0] and np.isnan(curve[7:]).all()


def test_layers_together_and_alone():
    have = song(form="verse:2", lead=bars("a", "a"), bass=bars("a", "b"))
    assert similarity.bar_matrix(have)[0, 1] == pytest.approx(4 / 12)
    assert similarity.bar_matrix(have, ["lead"])[0, 1] == 1.0
    assert similarity.bar_matrix(have, ["bass"])[0, 1] == 0.0
    assert np.isnan(similarity.bar_matrix(have, [])).all()


def test_velocity_timing_and_the_length_of_drum_hits_do_not_matter():
    drums = score((0, 10, 36, 90), (96, 10, 38, 90), (BAR + 3, 90, 36, 70), (BAR + 91, 5, 38, 60))
    assert similarity.bar_matrix(song(form="verse:2", drums=drums))[0, 1] == 1.0
    lead = score((0, 10, 60, 90), (BAR, 90, 60, 90))
    assert similarity.bar_matrix(song(form="verse:2", lead=lead))[0, 1] == 0.0


def test_sections_that_return():
    form = "verse1:2 chorus:2 verse2:3"
    found = similarity.evaluate(song(form=form, lead=bars(*"abcdafe")))
    assert found["repeated"] == pytest.approx(0.5) and found["exact"] == 0.5 and found["unlike"] == 0.0
    assert similarity.evaluate(song(form="verse:4", lead=bars(*"abab")))["repeated"] is None


def test_errors_of_sets():
    same, other = (
        [similarity.evaluate(song(form="verse:8", lead=bars(*kinds)))["curve"]]
        for kinds in ("abababab", "abcdefgh")
    )
    assert similarity.similarity_error(same, same) == 0.0
    assert similarity.similarity_error(same, other) == pytest.approx(3 / 7)
    short = [similarity.evaluate(song(form="verse:1", lead=bars("a")))["curve"]]
    assert similarity.similarity_error(same, short) is None
    assert np.isnan(similarity.mean_curve(short)).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from("abc-"), min_size=2, max_size=10))
def test_similarities_are_symmetric_and_full_on_the_diagonal(kinds):
    matrix = similarity.bar_matrix(song(form=f"verse:{len(kinds)}", lead=bars(*kinds)))
    assert np.array_equal(matrix, matrix.T, equal_nan=True)
    for i, kind in enumerate(kinds):
        assert np.isnan(matrix[i, i]) if kind == "-" else matrix[i, i] == 1.0


def test_notes_beyond_the_last_bar_and_bad_curves():
    assert similarity.bar_matrix(song(form="verse:1", lead=melody([0, 500]))).shape == (1, 1)
    for reference, estimate in (
        ([], [[0.5]]),
        ([[0.5]], [[0.5, 0.5]]),
        ([[1.5]], [[0.5]]),
        ([[[0.5]]], [[[0.5]]]),
    ):
        with pytest.raises(ValueError):
            similarity.similarity_error(reference, estimate)
