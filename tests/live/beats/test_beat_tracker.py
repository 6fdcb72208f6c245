"""The shipped tracker on sound: blocks of any size, latency, silence, noise, and what it costs."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.dataset.mixes.noises import BEATLESS
from stemwright.errors import UsageError
from stemwright.live.beats import Beat, BeatTracker
from stemwright.live.beats.network import BeatNetwork
from stemwright.models import registry
from support.beats import BEATS, beat_weights, clicks, write_beats

RATE = 48_000
BEAT_TIMES = np.arange(0.3, 10.0, 60 / 112)


@pytest.fixture(scope="module")
def drums() -> np.ndarray:
    return clicks(BEAT_TIMES.tolist(), 10.0, RATE)


def push(tracker: BeatTracker, sound: np.ndarray, block: int) -> list[tuple[Beat, int]]:
    told = []
    for first in range(0, len(sound), block):
        part = sound[first : first + block]
        told += [(beat, first + len(part)) for beat in tracker.push(part)]
    return told


def shipped(rate: int = RATE, start: int = 0, around: float | None = None) -> BeatTracker:
    return BeatTracker.load(registry.find("beats"), rate, start, around)


def test_the_shipped_tracker_hears_a_beat_in_time_and_cheaply(drums: np.ndarray) -> None:
    tracker = shipped()
    began = time.process_time()
    told = push(tracker, drums, 128)
    cost = (time.process_time() - began) / 10.0
    assert all(0 <= when - beat.sample <= 0.05 * RATE for beat, when in told)
    late = [beat for beat, _ in told if beat.sample > 5 * RATE]
    assert late and tracker.pulse is not None and not tracker.pulse.held
    off = [float(np.abs(BEAT_TIMES - beat.sample / RATE).min()) for beat in late]
    assert max(off) < 0.03
    assert min(abs(tracker.pulse.bpm / 112 - level) for level in (0.5, 1.0, 2.0)) < 0.01
    assert cost < 0.15  # 2% on an idle core; others may run beside


@settings(max_examples=4, deadline=None)
@given(st.sampled_from([1, 64, 127, 1024, 480_000]))
def test_blocks_of_any_size_give_the_same(block: int) -> None:
    sound = clicks(BEAT_TIMES.tolist(), 10.0, RATE)[: 4 * RATE]
    tracker, other = shipped(), shipped()
    assert [b for b, _ in push(tracker, sound, block)] == [b for b, _ in push(other, sound, 128)]
    assert tracker.pulse == other.pulse


def test_at_44100_hertz_it_hears_the_same_tempo() -> None:
    tracker = shipped(44_100)
    tracker.push(clicks(BEAT_TIMES.tolist(), 10.0, 44_100))
    assert tracker.pulse is not None
    assert min(abs(tracker.pulse.bpm / 112 - level) for level in (0.5, 1.0, 2.0)) < 0.01


@pytest.mark.parametrize("make", BEATLESS, ids=lambda m: m.__name__)
def test_what_has_no_beat_does_no_harm(make, drums: np.ndarray) -> None:  # type: ignore[no-untyped-def]
    tracker = shipped(24_000)
    tracker.push(drums[::2])
    before, sure = tracker.pulse, tracker.confidence
    tracker.push(make(Random(7), 10 * 24_000))
    after = tracker.pulse
    assert before is not None and after is not None
    assert tracker.confidence < 0.5 * sure
    assert abs(after.bpm / before.bpm - 1) < 0.03


def test_bad_sound_does_no_harm(drums: np.ndarray) -> None:
    tracker = shipped()
    assert tracker.push(np.zeros(0)) == [] and tracker.pulse is None
    for bad in (np.full(RATE, np.nan), np.full(RATE, 1e30), np.ones((RATE, 2)), np.zeros((0, 2))):
        tracker.push(bad)
    tracker.push(drums + 0.3)
    assert tracker.pulse is not None and np.isfinite(tracker.pulse.bpm)


def test_other_bundles_are_refused(tmp_path: Path) -> None:
    BeatTracker.load(write_beats(tmp_path).path, RATE)
    with pytest.raises(UsageError, match="a beats is needed"):
        BeatTracker.load(registry.find("drums"), RATE)
    with pytest.raises(UsageError, match="needs a multiple of 100 Hz"):
        BeatTracker.load(write_beats(tmp_path).path, 44_099)
    with pytest.raises(UsageError, match=r"architecture\.bands' is 12"):
        BeatNetwork({**BEATS, "bands": 12}, beat_weights())
    bad = beat_weights()
    bad["head.bias"][0] = np.nan
    with pytest.raises(UsageError, match=r"'head\.bias' holds values that are no numbers"):
        BeatNetwork(BEATS, bad)
