"""The timebase: bars on frames without drift, ticks linear inside them, exact at any BPM and meter."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.meter import Meter
from stemwright.song.timebase import HOP, Timebase

bpms = st.decimals(30, 300, places=6).map(Fraction) | st.integers(30, 300).map(Fraction)
meters = st.builds(Meter, st.integers(1, 32), st.sampled_from((2, 4, 8, 16)))
timebases = st.builds(Timebase, bpms, meters)
HALF = Fraction(1, 2)


def exact_bar_frames(base: Timebase) -> Fraction:
    """Frames of a bar by a formula of its own: quarters a bar, times seconds a quarter, times 75."""
    return Fraction(4 * base.meter.n, base.meter.d) * (60 / base.bpm) * 75


@given(timebases, st.data())
def test_no_bar_of_ten_minutes_drifts(base: Timebase, data: st.DataObject) -> None:
    length = exact_bar_frames(base)
    last = int(600 * 75 / length) + 1
    for bar in {0, 1, last, *data.draw(st.lists(st.integers(0, last), max_size=50))}:
        assert abs(base.bar_frame(bar) - bar * length) <= HALF
        assert base.bar_sample(bar) == HOP * base.bar_frame(bar)
        assert base.tick_frame(bar * base.meter.ticks_per_bar) == base.bar_frame(bar)
        assert base.tick_sample(bar * base.meter.ticks_per_bar) == base.bar_sample(bar)


def test_every_bar_of_ten_minutes_at_97_3_in_7_8() -> None:
    base = Timebase(Fraction(Decimal("97.3")), Meter(7, 8))
    length = exact_bar_frames(base)
    assert all(abs(base.bar_frame(bar) - bar * length) <= HALF for bar in range(int(45_000 / length) + 1))
    assert base.bar_seconds == Fraction(2100, 973)
    assert [base.bar_frame(bar) for bar in (0, 1, 2, 3, 278)] == [0, 162, 324, 486, 45000]


@given(timebases, st.integers(0, 500_000))
def test_ticks(base: Timebase, tick: int) -> None:
    place = base.tick_frame(tick)
    assert abs(place - base.tick_seconds(tick) * 75) <= HALF
    assert base.tick_sample(tick) == round(place * HOP)
    assert place < base.tick_frame(tick + 1)
    assert base.frame_tick(place) == tick


@given(timebases, st.integers(0, 100_000))
def test_bar_of_frame(base: Timebase, frame: int) -> None:
    bar = base.bar_of_frame(frame)
    assert base.bar_frame(bar) <= frame < base.bar_frame(bar + 1)
    assert base.tick_frame(0) == 0 and base.frames(bar) == base.bar_frame(bar)


def test_half_frames_round_to_even() -> None:
    base = Timebase(Fraction(200), Meter(1, 4))  # a bar lasts 22.5 frames
    assert [base.bar_frame(bar) for bar in range(5)] == [0, 22, 45, 68, 90]


def test_golden_samples() -> None:
    base = Timebase(Fraction(112), Meter(4, 4))
    assert [base.tick_sample(tick) for tick in (0, 96, 384, 1000, 384 * 64)] == [
        0,
        12880,
        51520,
        133847,
        3291520,
    ]
