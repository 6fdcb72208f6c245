"""MIDI clock out beside a model of its own: an hour of pulses, tempo changes, stops, jumps."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor, lcm
from random import Random

from stemwright.live.clock.midi_out import MidiClockOut
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, Tickets

F = Fraction
HOUR = 3600 * 48_000
NAMES = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop", 0xF2: "position"}


class Port:
    """What plays commands: those not cancelled go out at their sample, in the order of posting."""

    def __init__(self, out: MidiClockOut) -> None:
        self._out = out
        self._waiting: list[Command] = []
        self.sent: list[tuple[int, str, int]] = []

    def run(self, now: int, block: int, ahead: int) -> None:
        self._post(self._out.commands(now, now + ahead))
        stop = now + block
        due = sorted((c for c in self._waiting if c.at < stop), key=lambda c: c.at)
        self._waiting = [c for c in self._waiting if c.at >= stop]
        for command in due:
            data = command.index.to_bytes(4, "little")
            self.sent.append((max(command.at, now), NAMES[data[0]], data[1] | data[2] << 7))

    def _post(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if command.op is Op.CANCEL:
                self._waiting = [c for c in self._waiting if c.ticket != command.index]
            else:
                assert command.op is Op.MIDI
                self._waiting.append(command)


def test_an_hour_with_tempo_changes_does_not_drift() -> None:
    """Every pulse beside exact sums of the test's own: 20 changes a minute, told 0.1 s ahead."""
    random = Random(1)
    transport = Transport(F(120))
    out = MidiClockOut(transport, 3, Tickets())
    port = Port(out)
    transport.play(0)
    known, ideal, bpm, place = [(F(0), F(0), F(120))], F(0), F(120), F(0)
    block = 24_000
    for now in range(0, HOUR, block):
        if now % 144_000 == 0 and now:
            change = now + 4800
            place += (change - ideal) * bpm / (60 * 48_000)
            ideal, bpm = F(change), F(random.randrange(40_000, 240_000), 1000)
            known.append((ideal, place, bpm))
            transport.set_tempo(change, bpm)
        port.run(now, block, block + 9600)
    pulses = [sample for sample, name, _ in port.sent if name == "clock"]
    worst, firsts = F(0), [ceil(24 * place) for _, place, _ in known]
    for (start, first, tempo), k, stop in zip(known, firsts, [*firsts[1:], len(pulses)], strict=True):
        at, each = start + (F(k, 24) - first) * 60 * 48_000 / tempo, F(60 * 48_000, 24) / tempo
        den = lcm(at.denominator, each.denominator)
        whole, add = int(at * den), int(each * den)
        off = [abs(whole + i * add - sample * den) for i, sample in enumerate(pulses[k:stop])]
        worst = max(worst, F(max(off), den))
    assert worst <= F(1, 2)
    assert len(pulses) > 24 * 40 * 60


def test_pulses_go_on_while_stopped_and_starts_come_before_their_pulse() -> None:
    transport = Transport(F(125))  # 960 samples a pulse
    port = Port(MidiClockOut(transport, 3, Tickets()))
    for now in range(0, 240_000, 480):
        if now == 19_200:
            transport.play(now + 720)
        if now == 96_000:
            transport.stop(now + 333)
        if now == 120_000:
            transport.locate(now, F(16) + F(1, 8))
        if now == 144_000:
            transport.resume(now + 7)
        if now == 192_000:
            transport.locate(now, F(3))
        port.run(now, 480, 4800)
    acts = [(at, name, value) for at, name, value in port.sent if name != "clock"]
    assert acts == [
        (19_920, "start", 0),
        (96_333, "stop", 0),
        (120_000, "position", 64),
        (144_007, "continue", 0),
        (192_000, "stop", 0),
        (192_000, "position", 12),
        (192_000, "continue", 0),
    ]
    pulses = [at for at, name, _ in port.sent if name == "clock"]
    expected = [*range(0, 19_920, 960), *range(19_920, 144_007, 960), *range(144_007, 192_000, 960)]
    assert pulses == [*expected, *range(192_000, 240_000, 960)]
    for name in ("start", "continue"):
        last = max(i for i, event in enumerate(port.sent) if event[1] == name)
        assert port.sent[last + 1] == (port.sent[last][0], "clock", 0)


def test_positions_after_1024_bars_are_counted_round() -> None:
    transport = Transport(F(120))
    port = Port(MidiClockOut(transport, 3, Tickets()))
    transport.locate(10, F(4096) + F(130, 4))
    port.run(0, 100, 100)
    assert (10, "position", 130) in port.sent


def test_a_change_behind_what_was_sent_sends_no_pulse_twice() -> None:
    transport = Transport(F(120))
    out = MidiClockOut(transport, 3, Tickets())
    port = Port(out)
    port.run(0, 9600, 9600)
    transport.set_tempo(9000, F(60))  # already played at the old tempo
    port.run(9600, 9600, 9600)
    pulses = [at for at, _, _ in port.sent]
    assert pulses == sorted(set(pulses))
    assert pulses[:10] == list(range(0, 9600, 1000))
    assert all(abs((at - 9000) / 2000 - floor((at - 9000) / 2000 + 0.5)) < 1e-9 for at in pulses[10:])
