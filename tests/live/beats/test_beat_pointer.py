"""From activations to beats: every tempo, its changes, rests, and what is no beat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.evaluation.beats import f_measure
from stemwright.live.beats.bars import BarPointer
from stemwright.live.beats.line import PulseLine
from stemwright.live.beats.tempo_states import FASTEST_BPM, SLOWEST_BPM, TempoStates
from stemwright.live.beats.tracker import LATENCY, Beat, BeatTracker
from support.beats import Told, activations

RATE = 24_000
HOP = RATE // 100


def steady(bpm: float, seconds: float, jitter: float = 0.0, seed: int = 0) -> np.ndarray:
    """Beats from half a second on, off by `jitter` (standard deviation)."""
    exact = np.arange(0.5, seconds - 0.1, 60.0 / bpm)
    return np.asarray(exact + np.random.default_rng(seed).normal(0, jitter, len(exact)))


def run(tracker: BeatTracker, seconds: float) -> list[tuple[Beat, int]]:
    """What is told in so many seconds, and at which sample of the stream each."""
    told = []
    start = tracker.pulse.sample if tracker.pulse else 0
    for frame in range(round(seconds * 100)):
        told += [(beat, start + (frame + 1) * HOP) for beat in tracker.push(np.zeros(HOP, np.float32))]
    return told


def test_states_follow_each_other_and_lose_no_probability() -> None:
    states = TempoStates()
    assert states.intervals[0] == round(6000 / FASTEST_BPM) and states.intervals[-1] == round(
        6000 / SLOWEST_BPM
    )
    assert states.change.sum(1) == pytest.approx(1.0) and states.prior().sum() == pytest.approx(1.0)
    assert (states.position[states.first] == 0).all()
    assert (states.position[states.last] == states.intervals - 1).all()
    likely = 6000 / states.interval[states.prior(150.0).argmax()]
    assert abs(likely - 150) < 3


@settings(max_examples=12, deadline=None)
@given(st.floats(58, 205), st.integers(0, 1000))
def test_steady_beats_are_found_at_every_tempo(bpm: float, seed: int) -> None:
    beats = steady(bpm, 14.0, jitter=0.006, seed=seed)
    tracker = BeatTracker(Told(activations(beats.tolist(), 14.0, seed=seed)), RATE)
    told = run(tracker, 14.0)
    found = np.array([beat.sample / RATE for beat, _ in told])
    assert f_measure(beats[beats > 5], found[found > 5], 0.035) > 0.9
    assert all(0 <= when - beat.sample <= (LATENCY - 0.003) * RATE for beat, when in told)
    pulse = tracker.pulse
    assert pulse is not None and not pulse.held
    assert abs(pulse.bpm / bpm - 1) < 0.015
    coming = beats[-1] + np.arange(1, 3) * 60 / bpm
    assert np.abs(coming - pulse.next_beat / RATE).min() < 0.04
    assert pulse.next_beat > pulse.sample and 0 <= pulse.phase < 1


def test_where_the_bar_begins_is_learned() -> None:
    for bar in (3, 4):
        beats = steady(120, 16.0)
        tracker = BeatTracker(Told(activations(beats.tolist(), 16.0, bar=bar)), RATE)
        late = [beat for beat, _ in run(tracker, 16.0)][-8:]
        assert {beat.meter for beat in late} == {bar}
        for beat in late:
            number = int(np.abs(beats - beat.sample / RATE).argmin()) % bar + 1
            assert beat.number == number


def test_a_new_tempo_is_followed() -> None:
    first, second = steady(100, 10.0), 10.2 + np.arange(0, 10, 60 / 132)
    beats = np.concatenate([first, second])
    tracker = BeatTracker(Told(activations(beats.tolist(), 20.0)), RATE)
    run(tracker, 20.0)
    assert tracker.pulse is not None and abs(tracker.pulse.bpm - 132) < 1.5


@pytest.mark.parametrize("bpm", [60.0, 97.0, 178.0])
def test_in_silence_confidence_falls_and_the_tempo_stands(bpm: float) -> None:
    tracker = BeatTracker(Told(activations(steady(bpm, 12.0).tolist(), 12.0)), RATE)
    run(tracker, 12.0)
    had, sure = tracker.pulse, tracker.confidence
    told = run(tracker, 12.0)
    now = tracker.pulse
    assert had is not None and now is not None
    assert sure > 0.6 and tracker.confidence < 0.15 and now.held and not had.held
    assert abs(now.bpm / had.bpm - 1) < 0.01 and len(told) <= 6
    period = 60 / had.bpm
    assert (now.next_beat - had.next_beat) / RATE % period == pytest.approx(0, abs=0.1 * period) or (
        (now.next_beat - had.next_beat) / RATE % period == pytest.approx(period, abs=0.1 * period)
    )


def test_a_given_tempo_settles_which_level_is_meant() -> None:
    beats = steady(140, 8.0)
    for around, wanted in ((70.0, 70.0), (140.0, 140.0)):
        tracker = BeatTracker(Told(activations(beats.tolist(), 8.0)), RATE, around=around)
        run(tracker, 7.0)
        assert tracker.pulse is not None and abs(tracker.pulse.bpm / wanted - 1) < 0.05
    with pytest.raises(UsageError, match="halve or double it"):
        BeatTracker(Told(activations([], 1.0)), RATE, around=400.0)


def test_what_begins_later_counts_from_there() -> None:
    beats = steady(110, 8.0).tolist()
    plain, later = (BeatTracker(Told(activations(beats, 8.0)), RATE, start=s) for s in (0, 12_345))
    silence = np.zeros(8 * RATE, np.float32)
    found = plain.push(silence)
    assert found and [b.sample + 12_345 for b in found] == [b.sample for b in later.push(silence)]
    later.reset()
    later._network.reset()
    assert later.pulse is None and later.confidence == 0.0 and later.push(silence) == found


def test_bars_are_guessed_from_downbeats_alone() -> None:
    bars = BarPointer()
    for number in range(24):
        bars.beat(0.8 if number % 3 == 0 else 0.05)
    number, meter, sure = bars.place
    assert (number, meter) == (23 % 3 + 1, 3) and sure > 0.8
    bars.reset()
    assert bars.place[2] < 0.5


@settings(max_examples=50)
@given(st.floats(28.0, 110.0), st.floats(0, 1000), st.integers(0, 99))
def test_the_line_is_finer_than_its_beats(period: float, start: float, seed: int) -> None:
    line = PulseLine()
    rng = np.random.default_rng(seed)
    for number in range(30):
        line.add(start + number * period + float(rng.normal(0, 0.4)), float(round(period)))
    assert abs(line.period / period - 1) < 0.01
    assert abs(line.latest - (start + 29 * period)) < 1.2


@settings(max_examples=20, deadline=None)
@given(st.just(0.0) | st.floats(0.016, 0.06), st.floats(60, 200))
def test_the_first_beat_is_told_and_none_lies_before_the_sound(first: float, bpm: float) -> None:
    beats = first + np.arange(0, 5, 60 / bpm)
    told = run(BeatTracker(Told(activations(beats.tolist(), 6.0)), RATE, start=77), 6.0)
    assert 77 <= told[0][0].sample <= 77 + (first + 0.03) * RATE
