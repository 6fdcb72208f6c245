"""What the measures' arguments have to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.evaluation import checks

NAN = float("nan")
ONE = np.zeros(8, np.float32)


def test_good_arguments_come_back_as_arrays() -> None:
    assert checks.mono([0, 0.5]).tolist() == checks.one_channel([0, 0.5]).tolist() == [0.0, 0.5]
    assert checks.mono(ONE).dtype == np.float64 and checks.mono([]).shape == (0,)
    assert checks.spans([]).shape == checks.spans(np.zeros((0, 2))).shape == (0, 2)
    assert checks.spans([(0, 1), (0.5, 0.5)]).tolist() == [[0, 1], [0.5, 0.5]]
    assert checks.onsets([0, 0, 1], "estimated").tolist() == [0, 0, 1]
    checks.onsets_by_name({"bass": [0, 1], "lead": []})
    checks.sounds(ONE, ONE, 1)
    checks.sounds(np.zeros((8, 2)), np.ones((8, 2)), 2)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: checks.mono([[0.0]]), r"audio should be mono and finite, has shape \(1, 1\)"),
        (lambda: checks.mono([NAN]), "audio should be mono and finite"),
        (lambda: checks.one_channel([[0.0]]), r"audio should be mono, has shape \(1, 1\)"),
        (lambda: checks.spans([0, 1]), r"spans should be \[N, 2\], have shape \(2,\)"),
        (lambda: checks.spans([[1, 0]]), "finite, with the release after the begin"),
        (lambda: checks.spans([[1, 0]], "end"), "finite, with the end after the begin"),
        (lambda: checks.spans([[0, NAN]]), "spans should be finite"),
        (lambda: checks.onsets([[0.0]], "estimated"), "estimated onsets should be one row of times"),
        (lambda: checks.onsets([1.0, 0.5], "reference"), "reference onsets should be finite, ascending"),
        (lambda: checks.onsets([-1.0], "reference"), "not negative"),
        (lambda: checks.onsets_by_name({"bass": [1, 0]}), "bass: reference onsets"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize(
    "reference, estimate, channels, words",
    [
        (ONE, ONE[:3], 1, "estimate: has 3 samples, the reference 8"),
        (ONE.astype(int), ONE, 1, r"reference: must be a mono floating-point array \[samples\]"),
        (ONE, ONE, 2, r"reference: must be a stereo floating-point array \[samples, 2\]"),
        (ONE, ONE + NAN, 1, "estimate: is empty or holds values that are not finite"),
        (ONE[:0], ONE[:0], 1, "reference: is empty"),
    ],
)
def test_sounds_that_do_not_go_together(
    reference: checks.FloatArray, estimate: checks.FloatArray, channels: int, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        checks.sounds(reference, estimate, channels)
