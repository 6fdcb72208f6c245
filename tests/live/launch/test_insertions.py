"""Insertions beside a model of its own, in fractions: none a sample off, whatever meter, tempo and unit."""

from bisect import bisect_right
from fractions import Fraction
from itertools import product
from math import floor
from random import Random

import pytest

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, Tickets
from stemwright.live.launch.follow import Follow, FollowAction
from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip, Mode
from stemwright.song.meter import Meter
from support.stage import Stage

F = Fraction
METERS = [Meter(n, d) for n, d in product(range(1, 33), (2, 4, 8, 16))]
TAPS = 79
"""For each of the 128 meters; 10,112 in all."""
BLOCK = 128


class Time:
    """Seconds and quarter notes as fractions: (second, quarter, BPM) from each change on."""

    def __init__(self, bpm: Fraction) -> None:
        self.known = [(F(0), F(0), bpm)]

    def change(self, sample: int, bpm: Fraction) -> None:
        second = F(sample, 48_000)
        self.known.append((second, self.quarter(sample), bpm))

    def quarter(self, sample: int) -> Fraction:
        second = F(sample, 48_000)
        at, quarter, bpm = next(k for k in reversed(self.known) if k[0] <= second)
        return quarter + (second - at) * bpm / 60

    def sample(self, quarter: Fraction) -> int:
        i = bisect_right([k[1] for k in self.known], quarter) - 1
        at, start, bpm = self.known[i]
        return floor((at + (quarter - start) * 60 / bpm) * 48_000 + F(1, 2))


def bpm_of(random: Random) -> Fraction:
    return F(random.randrange(40_000, 240_001), 1000)


def is_line(meter: Meter, unit: Quantum, sixteenth: int) -> bool:
    """Whether a sixteenth from the beginning is a boundary of a unit."""
    bar = meter.n * 16 // meter.d
    bars = {"bar": 1, "2 bars": 2, "4 bars": 4, "8 bars": 8, "phrase": 8}
    if unit in bars:
        return sixteenth % (bars[unit] * bar) == 0
    return sixteenth % bar % {"1/16": 1, "1/8": 2, "beat": 16 // meter.d}[unit] == 0


def expected(time: Time, meter: Meter, unit: Quantum, earliest: int) -> Fraction:
    """The first boundary whose sample is not before `earliest`."""
    sixteenth = floor(4 * time.quarter(earliest)) - 1
    while not is_line(meter, unit, sixteenth) or time.sample(F(sixteenth, 4)) < earliest:
        sixteenth += 1
    return F(sixteenth, 4)


@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_insertions_are_not_a_sample_off(part: int) -> None:
    random = Random(part)
    off = []
    for meter in METERS[part::4]:
        first = bpm_of(random)
        transport, time = Transport(first, meter), Time(first)
        launcher = Launcher(transport, [0], ["layer"], 1, Tickets(), lambda line: None, BLOCK)
        slot = launcher.slot(0, 0)
        launcher.put(0, 0, Clip("drone", 0, 48_000), 0)
        slot.mode = Mode.RETRIGGER
        transport.play(0)
        now, posted = 0, list[Command]()
        for _ in range(TAPS):
            now += random.randrange(1, 100_000)
            unit = slot.quantum = random.choice(list(Quantum))
            if unit is not Quantum.NONE and random.random() < 0.4:  # right before a boundary, or right at it
                place = expected(time, meter, unit, now + BLOCK)
                now = max(now, time.sample(place) - BLOCK + random.randrange(-2, 3))
            place = F(0) if unit is Quantum.NONE else expected(time, meter, unit, now + BLOCK)
            launcher.tap(0, 0, now)
            posted += launcher.take()
            change = now + random.randrange(BLOCK, 60_000)
            if random.random() < 0.4 and (unit is Quantum.NONE or change <= time.sample(place)):
                bpm = bpm_of(random)
                transport.set_tempo(change, bpm)
                time.change(change, bpm)
                posted += launcher.take()
            at = now + BLOCK if unit is Quantum.NONE else time.sample(place)
            cancelled = {c.index for c in posted if c.op is Op.CANCEL}
            (launch,) = [c for c in posted if c.op is Op.LAUNCH and c.ticket not in cancelled]
            off.append(launch.at - at)
            posted, now = [], max(at, change) + 1
            assert launcher.pump(now) == []
    assert len(off) == 32 * TAPS
    assert set(off) == {0}


def play(seed: int, block: int) -> tuple[list[tuple[int, int, int | None, int]], list[str]]:
    """A performance of random taps, tempo changes, stops and jumps, rendered in blocks of a size."""
    random = Random(seed)
    meter = str(random.choice(METERS))
    stage = Stage(str(float(bpm_of(random))), meter, columns=3, rows=4, block=block, seed=seed, lead=1024)
    launcher, transport = stage.launcher, stage.transport
    for column, row in product(range(3), range(4)):
        follow = Follow(
            random.choice(list(FollowAction)), random.randrange(1, 3), F(random.randrange(5), 4), 2
        )
        modes, length = random.choice(list(Mode)), random.choice(["1", "4", "7/2", None])
        stage.fill(row, length, column, mode=modes, follow=follow, quantum=random.choice(list(Quantum)[1:5]))
    transport.play(1024)
    at = 1024
    for _ in range(40):
        at += random.randrange(1, 40_000)
        stage.run(at)
        column, row, act = random.randrange(3), random.randrange(4), random.random()
        if act < 0.5:
            launcher.tap(column, row, at)
        elif act < 0.6:
            launcher.release(column, row, at)
        elif act < 0.7:
            transport.set_tempo(at + 1024, bpm_of(random))
        elif act < 0.75:
            transport.one(at + 1024)
        elif act < 0.8:
            transport.stop(at + 1024)
        elif act < 0.9:
            if not transport.resume(at + 1024):
                transport.locate(at + 1024, F(random.randrange(400), 4))
        elif act < 0.95:
            launcher.making(column, row, at)
        else:
            launcher.stop(column, at)
    stage.run(at + 100_000)
    assert stage.late == []
    return stage.played, stage.said


@pytest.mark.parametrize("seed", range(12))
def test_the_size_of_blocks_changes_nothing(seed: int) -> None:
    whole = play(seed, 1024)
    assert whole[0]
    for block in (127, 4096):
        assert play(seed, block) == whole


def test_blocks_of_one_sample_too() -> None:
    """A short performance: Python has to be asked for each sample."""

    def short(block: int) -> list[tuple[int, int, int | None, int]]:
        stage = Stage("240", "3/16", block=block, lead=128)
        for row in range(2):
            stage.fill(row, "1/4", mode=Mode.RETRIGGER, follow=Follow(FollowAction.OTHER, 2))
        stage.transport.play(0)
        stage.run(500)
        stage.tap(0)
        stage.run(20_000)
        stage.transport.set_tempo(20_300, F(97))
        stage.run(40_000)
        return stage.played

    assert short(1) == short(64) == short(1024)
    assert len(short(64)) > 6
