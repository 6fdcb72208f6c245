"""Trembling levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.evaluation import flutter


def tone(depth_db: float, hertz: float = 8.0, rate: int = 24000, decay: float = 1.0) -> np.ndarray:
    t = np.arange(2 * rate) / rate
    level = depth_db * np.sin(2 * np.pi * hertz * t)
    return 0.2 * np.sin(2 * np.pi * 440 * t) * np.exp(-decay * t) * 10 ** (level / 20)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 4), st.sampled_from([16000, 22050, 24000, 48000]))
def test_a_steady_or_dying_tone_has_none(decay: float, rate: int) -> None:
    assert flutter.evaluate(tone(0, rate=rate, decay=decay), [[0, 2]], rate)["flutter_db"] < 0.2


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 6), st.sampled_from([22050, 24000, 48000]))
def test_trembling_is_found_at_its_depth(depth: float, rate: int) -> None:
    found = flutter.evaluate(tone(depth, rate=rate), [[0, 2]], rate)["flutter_db"]
    assert found == pytest.approx(depth / np.sqrt(2), rel=0.15)


def test_levels_keep_their_time_at_any_rate() -> None:
    for rate in (22050, 24000):
        audio = np.zeros(60 * rate)
        audio[50 * rate :] = 0.1
        assert int(np.argmax(flutter.levels(audio, rate) > -40)) in (4998, 4999, 5000)


def test_notes_are_judged_up_to_the_next_begin_and_short_ones_not() -> None:
    audio = tone(0)
    audio[24000:] *= 0.1  # the next note is softer
    assert flutter.evaluate(audio, [[0, 2], [1, 2]], 24000)["flutter_db"] < 0.1
    assert flutter.evaluate(audio, [[0, 0.4]], 24000) == {"flutter_db": None, "notes": 0}
    assert flutter.evaluate(np.zeros(9), [[0, 2]])["flutter_db"] is None
    with pytest.raises(ValueError, match="mono"):
        flutter.evaluate(np.zeros((9, 2)), [[0, 2]])
