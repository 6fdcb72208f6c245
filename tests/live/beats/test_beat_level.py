"""Beats, not halves or thirds of them: where the network is of two minds, the likelier level is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.live.beats.level import FEWEST, Level
from stemwright.live.beats.tracker import BeatTracker
from support.beats import Told, activations

RATE, HOP = 24_000, 240
LONGEST = 111.0


def heard(strengths: list[float], interval: float, first: int = 0) -> Level:
    level = Level()
    for number, strength in enumerate(strengths, first):
        level.hear(number, strength, interval, LONGEST)
    return level


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([2, 3]), st.integers(0, 2), st.floats(0.3, 0.9), st.integers(0, 50), st.integers(0, 99)
)
def test_strong_places_among_weak_ones_are_the_beats(
    level: int, place: int, strong: float, first: int, seed: int
) -> None:
    loose = np.random.default_rng(seed).uniform(0.8, 1.0, 40)
    strengths = [
        strong * (1.0 if n % level == place % level else 0.25) * loose[n - first]
        for n in range(first, first + 40)
    ]
    found = heard(strengths, 33.0, first)
    assert found.beats == level
    assert [n for n in range(60) if found.is_beat(n)] == list(range(place % level, 60, level))


@settings(max_examples=40, deadline=None)
@given(st.floats(28.0, 60.0), st.floats(0.1, 0.9), st.integers(0, 99))
def test_beats_of_like_strength_are_all_beats(interval: float, strong: float, seed: int) -> None:
    loose = np.random.default_rng(seed).uniform(0.8, 1.0, 40)
    assert heard((strong * loose).tolist(), interval).beats == 1


def test_usual_tempi_are_believed_sooner() -> None:
    uneven = [0.6, 0.2] * 12
    assert heard(uneven, 30.0).beats == 2  # 200 or 100 BPM
    assert heard(uneven, 52.0).beats == 1  # 115 or 58 BPM


def test_no_beat_is_longer_than_the_longest_and_few_beats_settle_nothing() -> None:
    uneven = [0.8, 0.05] * 12
    assert heard(uneven, 56.0).beats == 1
    assert heard(uneven[:FEWEST], 40.0).beats == 1 and heard(uneven[: FEWEST + 1], 40.0).beats == 2


def test_another_tempo_is_judged_anew() -> None:
    level = heard([0.8, 0.05] * 12, 40.0)
    assert level.beats == 2
    assert level.hear(24, 0.8, 80.0, LONGEST) and level.beats == 1
    level.reset()
    assert level.beats == 1 and level.is_beat(7)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.0, 0.05), max_size=30))
def test_what_comes_after_music_settles_nothing(rest: list[float]) -> None:
    level = heard([0.8, 0.2] * 12, 40.0)
    assert level.beats == 2
    assert not any(
        level.hear(number, strength, 40.0, LONGEST) for number, strength in enumerate(rest[:6], 24)
    )


@pytest.mark.parametrize("parts", [2, 3])
def test_the_tracker_tells_the_beats_and_their_tempo(parts: int) -> None:
    """Beats at 64 BPM with weaker places between, which the pointer counts as well."""
    period, seconds = 60 / 64, 24.0
    beats = np.arange(0.5, seconds, period)
    between = np.concatenate([beats + period * k / parts for k in range(1, parts)])
    told = activations(beats.tolist(), seconds, bar=99)
    told[:, 0] = np.maximum(told[:, 0], 0.2 * activations(between.tolist(), seconds, bar=99)[:, 0])
    tracker = BeatTracker(Told(told), RATE)
    found = [beat for _ in range(round(seconds * 100)) for beat in tracker.push(np.zeros(HOP, np.float32))]
    late = np.array([beat.sample / RATE for beat in found if beat.sample > 10 * RATE])
    wanted = beats[(beats > 10) & (beats < seconds - 0.2)]
    assert len(late) == pytest.approx(len(wanted), abs=1)
    assert max(float(np.abs(beats - at).min()) for at in late) < 0.03
    assert tracker.pulse is not None and tracker.pulse.bpm == pytest.approx(64, rel=0.01)
    assert min(abs(tracker.pulse.next_beat / RATE - beat) for beat in (*beats, beats[-1] + period)) < 0.03
