"""What is kept of a sound's content, and how far colours lie apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.evaluation import transfer

RATE = 48_000
TIME = np.arange(RATE) / RATE


def tone(pitch: float, partials: int) -> np.ndarray:
    return sum(np.sin(2 * np.pi * k * pitch * TIME) / k for k in range(1, partials + 1)) * 0.2


def test_pitch_that_is_kept_an_octave_off_or_lost() -> None:
    given_ = np.array([440.0, 440.0, 440.0, 0.0, 440.0])
    made = np.array([445.0, 880.0, 0.0, 440.0, 500.0])
    found = transfer.pitch_kept(given_, made)
    assert found == {"pitch": pytest.approx(1 / 3), "chroma": pytest.approx(2 / 3), "heard": 0.75}
    assert transfer.pitch_kept(np.zeros(3), np.ones(3)) == {"pitch": None, "chroma": None, "heard": None}
    with pytest.raises(ValueError, match="one length"):
        transfer.pitch_kept(np.ones(3), np.ones(4))


@given(st.lists(st.floats(50, 2000), min_size=1, max_size=20), st.floats(-49, 49))
def test_cents_within_the_tolerance_are_right(pitches: list[float], cents: float) -> None:
    found = transfer.pitch_kept(pitches, np.array(pitches) * 2 ** (cents / 1200))
    assert found["pitch"] == found["chroma"] == found["heard"] == 1.0


def test_levels_move_together_or_against() -> None:
    swell = tone(300, 3) * (0.1 + TIME)
    assert transfer.level_correlation(swell, 0.1 * tone(500, 8) * (0.1 + TIME), RATE) > 0.99
    assert transfer.level_correlation(swell, tone(300, 3) * (1.1 - TIME), RATE) < -0.8
    assert transfer.level_correlation(swell, np.zeros(RATE), RATE) is None


def test_colour_is_no_matter_of_level() -> None:
    dull, bright = (transfer.colour(tone(200, partials), RATE) for partials in (2, 20))
    louder = transfer.colour(3 * tone(200, 20), RATE)
    assert dull is not None and bright is not None and louder is not None
    assert transfer.colour_distance(bright, louder) < 1e-6 < 5 < transfer.colour_distance(dull, bright)
    assert transfer.colour(np.zeros(RATE), RATE) is None and transfer.colour(np.ones(10), RATE) is None
