"""MIDI clock in: a loop that is locked by jittery pulses, rides out silence, and refuses nonsense."""

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from stemwright.live.clock.midi_in import Lock, MidiClockIn
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import RATE

F = Fraction
CLOCK, POSITION, START, CONTINUE, STOP = 0xF8, 0xF2, 0xFA, 0xFB, 0xFC
BLOCK = 128


class Wire:
    """A machine whose pulses come with jitter, and a graph that hears them a block later."""

    def __init__(self, seed: int = 0, jitter: Callable[[Random], float] | None = None) -> None:
        self.random = Random(seed)
        self.jitter = jitter or (lambda random: random.uniform(-0.002, 0.002))
        self.said: list[str] = []
        self.transport = Transport(F(100))
        self.clock = MidiClockIn(self.transport, self.said.append)
        self.now = 0
        self.errors: list[float] = []

    def message(self, status: int, value: int = 0) -> None:
        self.clock.receive(status, self.now, self.now + BLOCK, value)

    def pulses(self, times: list[float], lost: Callable[[float], bool] = lambda time: False) -> None:
        """Pulses of the ideal times (seconds), in the order in which they come."""
        came = sorted(int((t + self.jitter(self.random)) * RATE) for t in times if not lost(t))
        for sample in came:
            while self.now + BLOCK <= sample:
                self.now += BLOCK
                self.clock.tick(self.now)
            self.clock.receive(CLOCK, max(0, sample), self.now + 2 * BLOCK)

    def phase(self, times: list[float], first: int, position: int = 0) -> float:
        """The 95th percentile of |phase| in seconds over the pulses from number `first` on."""
        off = []
        for k, time in enumerate(times[:-1]):
            if k >= first:
                at = self.transport.position(int(time * RATE))
                off.append(abs(float(at) - (position + k) / 24) * (times[k + 1] - time) * 24)
        return sorted(off)[int(0.95 * len(off))]


def steady(bpm: float, pulses: int, start: float = 1.0) -> list[float]:
    return [start + k * 60 / bpm / 24 for k in range(pulses)]


@pytest.mark.parametrize("bpm", [40, 97.3, 120, 174, 240])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_jitter_of_2_ms_leaves_tempo_and_phase(bpm: float, seed: int) -> None:
    wire = Wire(seed)
    times = steady(bpm, 24 * 24)
    wire.message(START)
    wire.pulses(times[: 24 * 8])
    assert wire.clock.bpm is not None
    assert abs(wire.clock.bpm - bpm) < 0.1
    wire.pulses(times[24 * 8 :])
    assert wire.phase(times, 24 * 8) < 0.005
    assert wire.clock.lock is Lock.LOCKED
    assert wire.said == [f"MIDI clock: locked at {wire.said[0].split()[-2]} BPM"]


def test_normal_jitter_of_2_ms_too() -> None:
    wire = Wire(5, lambda random: random.gauss(0, 0.002))
    times = steady(120, 24 * 32)
    wire.message(START)
    wire.pulses(times[: 24 * 8])
    assert wire.clock.bpm is not None and abs(wire.clock.bpm - 120) < 0.1
    wire.pulses(times[24 * 8 :])
    assert wire.phase(times, 24 * 8) < 0.005


@pytest.mark.parametrize("silence", [0.03, 0.3, 1.0, 1.9])
def test_silence_is_ridden_out(silence: float) -> None:
    """The pulses of the silence are lost; before, in and after it the phase holds."""
    wire = Wire(7)
    times = steady(126, 24 * 40)
    begin = times[24 * 16] - 0.001
    wire.message(START)
    wire.pulses(times, lost=lambda time: begin < time < begin + silence)
    assert wire.phase(times, 24 * 8) < 0.005
    assert len(wire.said) == 1
    assert wire.clock.lock is Lock.LOCKED


def test_a_burst_after_a_stall_is_not_a_loss() -> None:
    """0.3 s of pulses that come late, all at once."""
    wire = Wire(8)
    times = steady(120, 24 * 32)
    stall = times[24 * 12]
    late = [max(t, stall + 0.3) if stall < t < stall + 0.3 else t for t in times]
    wire.message(START)
    wire.pulses(late)
    assert wire.phase(times, 24 * 16) < 0.005


def test_longer_silence_gives_the_clock_up_and_the_music_goes_on() -> None:
    wire = Wire(9)
    times = steady(120, 24 * 8)
    wire.message(START)
    wire.pulses(times)
    end = int(times[-1] * RATE)
    for now in range(end, end + 3 * RATE, BLOCK):
        wire.clock.tick(now)
    assert wire.clock.lock is Lock.NONE
    assert wire.said[-1].startswith("MIDI clock: none for 2 seconds; going on at ")
    assert wire.transport.playing(end + 3 * RATE)
    assert abs(float(wire.transport.tempo.bpm(end + 3 * RATE)) - 120) < 0.2
    wire.now = end + 3 * RATE
    again = steady(120, 24 * 12, times[-1] + 3.5 + 0.01)
    wire.pulses(again)
    assert wire.clock.lock is Lock.LOCKED
    place = float(wire.transport.position(int(again[-1] * RATE)))
    assert abs(place * 24 - round(place * 24)) * 0.0208 < 0.005


@pytest.mark.parametrize(("before", "after"), [(120, 126), (120, 90), (90, 180), (174, 60)])
def test_another_tempo_is_followed(before: float, after: float) -> None:
    wire = Wire(11)
    times = steady(before, 24 * 12)
    times += steady(after, 24 * 24, times[-1] + 60 / after / 24)
    wire.message(START)
    wire.pulses(times[: 24 * 20])
    assert wire.clock.bpm is not None and abs(wire.clock.bpm - after) < 0.2
    wire.pulses(times[24 * 20 :])
    assert wire.phase(times, 24 * 20) < 0.005


def test_a_slow_accelerando_is_followed() -> None:
    wire = Wire(12)
    times = [1.0]
    for k in range(24 * 48):
        times.append(times[-1] + 60 / (100 + 20 * k / (24 * 48)) / 24)
    wire.message(START)
    wire.pulses(times)
    assert wire.phase(times, 24 * 8) < 0.010


@pytest.mark.parametrize("bpm", [5, 999])
def test_a_clock_that_is_no_tempo_is_refused_in_one_line(bpm: float) -> None:
    wire = Wire(13, lambda random: 0.0)
    wire.transport.play(0)
    wire.pulses(steady(bpm, 100))
    assert wire.clock.lock is Lock.REFUSED
    (line,) = wire.said
    assert line.endswith(" BPM is no tempo to play at (30 to 300); going on at 100 BPM")
    assert abs(int(line.split()[2]) - bpm) <= 1
    assert wire.transport.tempo.bpm(10**8) == 100


def test_start_twice_and_position_while_running_change_nothing() -> None:
    wire = Wire(14)
    wire.message(POSITION, 64)
    wire.message(CONTINUE)
    times = steady(120, 24 * 12)
    wire.pulses(times[:240])
    wire.said.clear()
    wire.message(START)
    wire.message(POSITION, 3)
    assert [line.split()[3] for line in wire.said] == ["start", "song"]
    wire.pulses(times[240:])
    assert wire.phase(times, 24 * 8, 16 * 24) < 0.005
    wire.message(STOP)
    assert not wire.transport.playing(wire.now + BLOCK)
    wire.message(STOP)
    wire.message(0xFE)
    wire.message(START)
    wire.message(START)
    assert len(wire.said) == 3


def test_a_clock_without_a_start_gives_its_tempo_and_its_phase_to_what_plays() -> None:
    wire = Wire(15)
    times = steady(140, 24 * 16)
    wire.pulses(times[:96])
    assert abs(float(wire.transport.tempo.bpm(wire.now + BLOCK)) - 140) < 0.5
    assert not wire.transport.playing(wire.now)
    wire.transport.play(wire.now + 777)
    wire.pulses(times[96:])
    place = float(wire.transport.position(int(times[-1] * RATE))) * 24
    assert abs(place - round(place)) * 60 / 140 / 24 < 0.005


def test_latency_of_the_port_is_taken_off() -> None:
    wire = Wire(16)
    wire.clock = MidiClockIn(wire.transport, wire.said.append, latency=480)
    times = steady(120, 24 * 16)
    wire.message(START)
    wire.pulses([time + 0.010 for time in times])
    assert wire.phase(times, 24 * 8) < 0.003
