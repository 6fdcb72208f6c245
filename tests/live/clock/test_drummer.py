"""A transport that follows beats: tempo and phase, simple and compound meters, what is not followed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from stemwright.live.clock.drummer import BeatFollower, beat_of
from stemwright.live.clock.transport import Transport
from stemwright.song.meter import Meter

RATE = 48_000


@dataclass
class Pulse:
    sample: int
    bpm: float
    next_beat: int
    confidence: float = 0.8
    held: bool = False


def drum(transport: Transport, bpm: float, first: int, seconds: float) -> list[float]:
    """Follow beats of a tempo that began at a sample; how far off the beat it was at each, in seconds."""
    follower, step = BeatFollower(transport), 60 * RATE / bpm
    off = []
    for now in range(2400, int(seconds * RATE), 2400):
        number = int((now - first) // step) + 1
        follower.follow(Pulse(now, bpm, round(first + number * step)), now + 128)
        beat = float(beat_of(transport.grid.bar(transport.position(now)).meter))
        phase = float(transport.position(now)) / beat - (now - first) / step
        off.append(((phase + 0.5) % 1 - 0.5) * 60 / bpm)
    return off


@pytest.mark.parametrize(("meter", "bpm"), [(Meter(4, 4), 112.0), (Meter(6, 8), 64.0), (Meter(3, 4), 171.0)])
def test_it_comes_to_the_drummers_tempo_and_beat_and_stays(meter: Meter, bpm: float) -> None:
    transport = Transport(Fraction(120), meter)
    transport.play(0)
    off = drum(transport, bpm, 9_000, 12)
    assert max(map(abs, off[100:])) < 0.005
    quarters = float(transport.tempo.bpm(12 * RATE))
    assert quarters == pytest.approx(bpm * float(beat_of(meter)), abs=0.5)


def test_what_is_not_sure_or_no_tempo_to_play_at_is_not_followed() -> None:
    transport = Transport(Fraction(100))
    transport.play(0)
    follower = BeatFollower(transport)
    for pulse in (
        None,
        Pulse(0, 130, 100, held=True),
        Pulse(0, 130, 100, confidence=0.1),
        Pulse(0, 20, 100),
        Pulse(0, 500, 100),
    ):
        assert not follower.follow(pulse, 1000)
    assert transport.tempo.bpm(10_000) == 100
    assert follower.follow(Pulse(0, 130, 100), 1000)
    assert not follower.follow(Pulse(0, 140, 100), 1100)  # it was, just now


def test_while_it_stands_still_the_tempo_is_taken_and_the_place_stays() -> None:
    transport = Transport(Fraction(100))
    BeatFollower(transport).follow(Pulse(0, 130.5, 100), 1000)
    assert transport.tempo.bpm(2000) == Fraction("130.5") and transport.position(9000) == 0


def test_one_taps_three_eighths_in_compound_meters() -> None:
    assert [beat_of(Meter(*each)) for each in ((4, 4), (6, 8), (2, 2), (3, 8), (7, 8), (12, 8))] == [
        1, Fraction(3, 2), 2, Fraction(1, 2), Fraction(1, 2), Fraction(3, 2),
    ]  # fmt: skip
