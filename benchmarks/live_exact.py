"""What is exact or nearly so, on the virtual clock: insertions, MIDI clock out and in.

Insertions: taps at random samples, at 40 to 240 BPM in all meters, beside boundaries counted in fractions.
Clock out: pulses of an hour with a change of tempo every three seconds, beside exact ones. Clock in: pulses
with even jitter of 2 ms: the tempo after 8 beats, and how far the transport is off in the 16 beats after.
"""

import argparse
import json
import random
from fractions import Fraction
from itertools import product
from math import ceil, floor
from pathlib import Path

from stemwright.cli.output import lines, table
from stemwright.live.clock.midi_in import MidiClockIn
from stemwright.live.clock.midi_out import CLOCK, START, MidiClockOut
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Op, Tickets
from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip, Mode
from stemwright.song.meter import Meter

RATE, BLOCK = 48_000, 128
HALF = Fraction(1, 2)
BARS = {Quantum.BAR: 1, Quantum.BARS2: 2, Quantum.BARS4: 4, Quantum.BARS8: 8}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--taps", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=60, help="of clock out")
    parser.add_argument("--runs", type=int, default=10, help="of clock in, at each tempo")
    parser.add_argument("--json", type=Path)


def insertions(taps: int) -> dict[str, float]:
    """How many entered at another sample than they should."""
    rng = random.Random(1)
    meters = [Meter(n, d) for n, d in product(range(1, 33), (2, 4, 8, 16))]
    off = entered = 0
    for number in range(taps):
        meter, bpm = meters[number % len(meters)], Fraction(rng.randrange(40_000, 240_001), 1000)
        transport = Transport(bpm, meter, RATE)
        launcher = Launcher(transport, [0], ["layer"], 1, Tickets(), lambda line: None, BLOCK)
        launcher.put(0, 0, Clip("drone", 0, RATE), 0)
        unit = launcher.quantum = rng.choice(list(BARS))
        launcher.slot(0, 0).mode = Mode.RETRIGGER
        transport.play(0)
        step = Fraction(4 * meter.n, meter.d) * BARS[unit] * 60 * RATE / bpm
        now = rng.randrange(1, 40 * RATE)
        if number % 2:  # a block before a boundary, give or take a sample
            now = floor(ceil(now / step) * step + HALF) - BLOCK + rng.randrange(-1, 2)
        turn = ceil((now + BLOCK - HALF) / step)
        launcher.tap(0, 0, now)
        (launch,) = [each for each in launcher.take() if each.op is Op.LAUNCH]
        entered += 1
        off += launch.at != floor(turn * step + HALF)
    return {"insertions": entered, "off": off}


def clock_out(minutes: int) -> dict[str, float]:
    """Pulses, and samples by which the worst one lies beside its exact place."""
    rng = random.Random(2)
    transport, tickets = Transport(Fraction(120), rate=RATE), Tickets()
    out = MidiClockOut(transport, 0, tickets)
    transport.play(0)
    pulse, place, bpm, since = 0, Fraction(0), Fraction(120), Fraction(0)
    worst, turn = 0.0, RATE // 2
    for now in range(0, minutes * 60 * RATE, turn):
        if now and now % (3 * RATE) == 0:
            place, since = place + (now - since) * bpm / (60 * RATE), Fraction(now)
            bpm = Fraction(rng.randrange(40_000, 240_001), 1000)
            transport.set_tempo(now, bpm)
        sent = [each for each in out.commands(now, now + turn) if each.op is Op.PULSE or _is_clock(each)]
        for each in sorted(sent, key=lambda command: command.at):
            exact = since + (Fraction(pulse, 24) - place) * 60 * RATE / bpm
            worst = max(worst, abs(float(each.at - exact)))
            pulse += 1
    return {"pulses": pulse, "worst_samples": round(worst, 3)}


def _is_clock(command: object) -> bool:
    return getattr(command, "op", None) is Op.MIDI and getattr(command, "index", 0) & 0xFF == CLOCK


def clock_in(runs: int) -> dict[str, float]:
    """The worst tempo after 8 beats in BPM, and the worst 95th percentile of the phase in ms."""
    tempo = phase = 0.0
    for bpm, seed in product((40.0, 97.3, 120.0, 174.0, 240.0), range(runs)):
        rng = random.Random(seed)
        transport = Transport(Fraction(100), rate=RATE)
        clock = MidiClockIn(transport, lambda line: None)
        clock.receive(START, 0, BLOCK)
        step, off, now = 60 * RATE / (bpm * 24), list[float](), 0
        for number in range(24 * 24):
            ideal = RATE + number * step
            came = round(ideal + rng.uniform(-0.002, 0.002) * RATE)
            while now + BLOCK <= came:
                now += BLOCK
                clock.tick(now)
            clock.receive(CLOCK, came, now + 2 * BLOCK)
            if number == 24 * 8:
                tempo = max(tempo, abs((clock.bpm or 0.0) - bpm))
            elif number > 24 * 8:
                before = number - 24  # what was planned for it a beat ago has been played
                at = transport.position(round(RATE + before * step))
                off.append(abs(float(at) - before / 24) * 60 / bpm * 1000)
        phase = max(phase, sorted(off)[int(0.95 * len(off))])
    return {"tempo_bpm": round(tempo, 3), "phase_p95_ms": round(phase, 2)}


def measure(chosen: argparse.Namespace) -> None:
    found = {
        "insertions": insertions(chosen.taps),
        "clock out": clock_out(chosen.minutes),
        "clock in": clock_in(chosen.runs),
    }
    rows = [[what, name, f"{value:g}"] for what, row in found.items() for name, value in row.items()]
    table(["what", "figure", "value"], rows)
    lines(["a pulse is rounded to the nearest sample: up to 0.5 of one is its place"])
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
