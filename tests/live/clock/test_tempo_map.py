"""The tempo map: exact samples, no drift, also where the tempo changes a thousand times."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.clock.tempo import TempoMap

HALF = Fraction(1, 2)
bpms = st.decimals(30, 300, places=3).map(Fraction)


def test_samples_of_quarters_at_120() -> None:
    tempo = TempoMap(Fraction(120))
    assert [tempo.sample(Fraction(q)) for q in range(4)] == [0, 24_000, 48_000, 72_000]
    assert tempo.quarters(36_000) == Fraction(3, 2)


def test_halves_are_rounded_up() -> None:
    tempo = TempoMap(Fraction(128), rate=48_000)  # 22,500 samples a quarter
    assert tempo.exact(Fraction(1, 1000)) == Fraction(45, 2)
    assert tempo.sample(Fraction(1, 1000)) == 23
    assert tempo.sample(Fraction(-1, 1000)) == -22


@settings(deadline=None)
@given(bpms, st.lists(st.tuples(st.integers(1, 400), bpms), max_size=40), st.integers(0, 4000))
def test_changes_at_places_keep_to_the_ideal_time(
    first: Fraction, changes: list[tuple[int, Fraction]], step: int
) -> None:
    """Beside a sum of exact seconds: places in sixteenths, changes at rising places."""
    tempo, ideal, at, now = TempoMap(first), Fraction(0), Fraction(0), first
    for sixteenths, bpm in changes:
        place = at + Fraction(sixteenths, 4)
        before = tempo.sample(place)
        ideal += (place - at) * 60 * 48_000 / now
        tempo.change_at(place, bpm)
        assert tempo.sample(place) == before  # a change moves no boundary that lies there
        at, now = place, bpm
    query = at + Fraction(step, 4)
    exact = ideal + (query - at) * 60 * 48_000 / now
    assert abs(tempo.sample(query) - floor(exact + HALF)) <= 1
    assert abs(tempo.exact(query) - exact) < Fraction(1, 1000)


@settings(deadline=None)
@given(bpms, st.lists(st.tuples(st.integers(1, 10**6), bpms), max_size=60))
def test_changes_at_samples_are_continuous_and_stay_short(
    first: Fraction, changes: list[tuple[int, Fraction]]
) -> None:
    tempo, now = TempoMap(first), 0
    for after, bpm in changes:
        now += after
        before = tempo.quarters(now)
        tempo.change(now, bpm)
        assert tempo.quarters(now) == before
        assert tempo.sample(before) == now
    assert tempo.last.quarters.denominator <= 2**20 * 10**6 * 60 * 48_000


def test_a_thousand_changes_at_bars_do_not_drift() -> None:
    tempo, ideal, bpm = TempoMap(Fraction(100)), Fraction(0), Fraction(100)
    for bar in range(1, 1001):
        ideal += 4 * 60 * 48_000 / bpm
        bpm = Fraction(60_000 + 7919 * bar % 120_000, 1000)
        tempo.change_at(Fraction(4 * bar), bpm)
        assert abs(tempo.sample(Fraction(4 * bar)) - floor(ideal + HALF)) <= 1
    assert tempo.last.sample.denominator <= 2**20


def test_a_later_change_replaces_what_was_to_come() -> None:
    tempo = TempoMap(Fraction(120))
    tempo.change_at(Fraction(8), Fraction(60))
    tempo.change(24_000, Fraction(240))
    assert tempo.sample(Fraction(2)) == 24_000 + 12_000
    assert len(tempo.segments) == 2
    tempo.change(24_000, Fraction(120))
    assert tempo.sample(Fraction(2)) == 48_000
    assert len(tempo.segments) == 2


def test_a_jump_gives_new_places_and_keeps_the_past() -> None:
    tempo = TempoMap(Fraction(120))
    tempo.jump(100_000, Fraction(64))
    assert tempo.quarters(100_000) == 64
    assert tempo.quarters(24_000) == 1
    assert tempo.sample(Fraction(65)) == 124_000
    assert tempo.sample(Fraction(63)) == 76_000


def test_places_of_windows_are_all_there_once() -> None:
    """However time is cut into windows, over changes and jumps."""
    tempo = TempoMap(Fraction("97.3"))
    tempo.change(50_001, Fraction("141.7"))
    tempo.jump(90_007, Fraction(3))
    tempo.change_at(Fraction(11, 3), Fraction(33))
    whole = list(tempo.places(Fraction(1, 24), 0, 200_000))
    for size in (1009, 64, 7777):
        cut = [p for at in range(0, 200_000, size) for p in tempo.places(Fraction(1, 24), at, at + size)]
        assert [p for p in cut if p[0] < 200_000] == whole
    samples = [sample for sample, _ in whole]
    assert samples == sorted(set(samples))
    for sample, k in whole:
        assert abs(tempo.at(sample).exact(Fraction(k, 24)) - sample) <= 1
    assert (90_007, 72) in whole


@pytest.mark.parametrize("bpm", [Fraction(5), Fraction(999), Fraction(0), Fraction(1, 3) + 100])
def test_what_is_no_tempo_is_refused(bpm: Fraction) -> None:
    tempo = TempoMap(Fraction(120))
    with pytest.raises(UsageError, match="bpm"):
        tempo.change(100, bpm)
    assert tempo.bpm(200) == 120
    with pytest.raises(UsageError, match="first"):
        tempo.change(-1, Fraction(100))
