"""A launcher with an audio side that does what it is told at its sample, for tests."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Flag, Op, Tickets
from stemwright.live.launch.queue import Launcher
from stemwright.live.launch.slots import Clip, Slot
from stemwright.song.meter import Meter


class Stage:
    """Blocks of a size, taps that hold `lead` samples later at the soonest. `played`: (sample, node, clip or
    None, offset) of what took place, in order.
    """

    def __init__(
        self,
        bpm: str = "120",
        meter: str = "4/4",
        columns: int = 1,
        rows: int = 8,
        block: int = 128,
        transport: Transport | None = None,
        seed: int = 0,
        lead: int | None = None,
    ) -> None:
        self.transport = transport or Transport(Fraction(bpm), Meter.parse(meter))
        self.said: list[str] = []
        names = [f"layer {i}" for i in range(columns)]
        self.launcher = Launcher(
            self.transport, range(columns), names, rows, Tickets(), self.said.append, lead or block, seed
        )
        self.block, self.now = block, 0
        self.played: list[tuple[int, int, int | None, int]] = []
        self.late: list[Command] = []
        self.posted = 0
        self._waiting: list[Command] = []

    def fill(self, row: int, quarters: str | None = "16", column: int = 0, **fields: object) -> Slot:
        """A clip of the set's tempo in a slot: its number is 10 * column + row."""
        length = Fraction(quarters) if quarters is not None else None
        bpm = self.transport.tempo.bpm(self.now)
        frames = round((length or 4) * 60 * 48_000 / bpm)
        clip = Clip(f"clip {row}", 10 * column + row, frames, bpm, length, bool(fields.pop("loop", True)))
        self.launcher.put(column, row, clip, self.now)
        slot = self.launcher.slot(column, row)
        for name, value in fields.items():
            setattr(slot, name, value)
        return slot

    def run(self, until: int) -> None:
        """Render blocks until a sample; the last one may be shorter."""
        while self.now < until:
            self._post(self.launcher.pump(self.now))
            end = min(until, self.now + self.block)
            due = sorted((c for c in self._waiting if c.at < end), key=lambda c: c.at)
            self._waiting = [c for c in self._waiting if c.at >= end]
            for command in due:
                if command.at < self.now and Flag.ON_TIME in command.flags:
                    self.late.append(command)
                    continue
                clip = command.index if command.op is Op.LAUNCH else None
                self.played.append((max(command.at, self.now), command.node, clip, int(command.value)))
            self.now = end

    def _post(self, commands: Sequence[Command]) -> None:
        self.posted += len(commands)
        for command in commands:
            if command.op is Op.CANCEL:
                before = len(self._waiting)
                self._waiting = [c for c in self._waiting if c.ticket != command.index]
                assert len(self._waiting) == before - 1, "cancelled what was not there"
            else:
                assert command.op in (Op.LAUNCH, Op.STOP)
                self._waiting.append(command)

    def beats(self, count: float) -> None:
        """Run on for so many quarter notes at the tempo of now."""
        samples = int(count * 60 * 48_000 / self.transport.tempo.bpm(self.now))
        self.run((self.now + samples) // self.block * self.block)

    def tap(self, row: int, column: int = 0) -> None:
        self.launcher.tap(column, row, self.now)

    def release(self, row: int, column: int = 0) -> None:
        self.launcher.release(column, row, self.now)

    def places(self, column: int = 0) -> list[tuple[float, int | None]]:
        """(quarters, clip) of what took place, at the tempo map of now."""
        tempo = self.transport.tempo
        return [
            (round(float(tempo.quarters(at)), 3), clip) for at, node, clip, _ in self.played if node == column
        ]


def playing(**fields: Any) -> Stage:
    """A stage of blocks of 120 whose transport plays from sample 0 on."""
    stage = Stage(block=120, **fields)
    stage.transport.play(0)
    return stage
