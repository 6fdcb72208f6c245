"""The launcher: taps on slots, scenes and stops, which take place at the next boundary of a unit.

A tap at least one block before a boundary enters there, a later one at the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Tickets
from stemwright.live.launch.column import Column
from stemwright.live.launch.entries import Kind, reach
from stemwright.live.launch.quantise import Quantum, boundary
from stemwright.live.launch.slots import Clip, Mode, Slot, SlotState, mismatch


@dataclass(frozen=True, slots=True)
class View:
    """What is to be seen of a slot. `until`: quarter notes to where it begins or stops, None where it does
    not, or where nobody knows yet; `played`: how much of its pass is over, 0 to 1.
    """

    state: SlotState
    name: str = ""
    until: Fraction | None = None
    played: float = 0.0
    detail: str = ""


class Launcher:
    """All columns. `nodes`: the player of each; `names`: what they are called; `rows`: slots that each has;
    `block`: samples of a device's block; `say` is given a line wherever a performer should know something.
    """

    def __init__(
        self,
        transport: Transport,
        nodes: Sequence[int],
        names: Sequence[str],
        rows: int,
        tickets: Tickets,
        say: Callable[[str], None],
        block: int = 128,
        seed: int = 0,
    ) -> None:
        self.quantum = Quantum.BAR
        self.block = block
        self._transport, self._say = transport, say
        self.columns = [
            Column(transport, node, i, [Slot() for _ in range(rows)], tickets, seed, say, name)
            for i, (node, name) in enumerate(zip(nodes, names, strict=True))
        ]
        transport.listeners.append(self._retime)

    def column(self, column: int) -> Column:
        """A column by its number. UsageError where there is none."""
        if not 0 <= column < len(self.columns):
            raise UsageError(f"column {column + 1}: is none; there are {len(self.columns)}")
        return self.columns[column]

    def slot(self, column: int, row: int) -> Slot:
        """A slot by its numbers. UsageError where there is none."""
        slots = self.column(column).slots
        if not 0 <= row < len(slots):
            raise UsageError(f"row {row + 1}: is none; there are {len(slots)}")
        return slots[row]

    def take(self) -> list[Command]:
        """The commands that are to be posted, in that order."""
        out = [command for column in self.columns for command in column.out]
        for column in self.columns:
            column.out = []
        return out

    def pump(self, now: int) -> list[Command]:
        """Plan on as time goes on, and give what is to be posted. Call it at least once a second, with the
        first sample that can still be reached.
        """
        for column in self.columns:
            column.extend(now)
        return self.take()

    def _retime(self, sample: int) -> None:
        for column in self.columns:
            column.retime(sample)

    def tap(self, column: int, row: int, sample: int) -> None:
        """A slot is tapped at a sample. UsageError where there is none; a line where it cannot be played."""
        slot, layer = self.slot(column, row), self.columns[column]
        if slot.problem or slot.empty:
            what = f"cannot be played: {slot.problem}" if slot.problem else "is empty"
            self._say(f"{layer.name} {row + 1} {what}")
            return
        earliest = sample + self.block
        layer.commit(earliest)
        quantum = slot.quantum or self.quantum
        if slot.mode in (Mode.GATE, Mode.REPEAT):
            layer.held = row
            layer.repeat = quantum if slot.mode is Mode.REPEAT else None
        else:
            layer.held, layer.repeat = None, None
        plays = layer.base is not None and layer.base.row == row
        if slot.mode is Mode.TOGGLE:
            self._toggle(layer, row, quantum, earliest, plays)
        elif slot.mode is Mode.TRIGGER and plays:
            layer.forget(earliest)  # it plays on, whatever else was asked for
        else:
            layer.ask(row, quantum, earliest)

    def _toggle(self, layer: Column, row: int, quantum: Quantum, earliest: int, plays: bool) -> None:
        awaited = layer.waiting is not None and layer.waiting[0] == row
        asked = layer.wish is not None and layer.wish.row == row
        stopping = layer.wish is not None and layer.wish.row is None and plays
        if awaited or asked or stopping:
            layer.forget(earliest)
        else:
            layer.ask(None if plays and layer.wish is None else row, quantum, earliest)

    def release(self, column: int, row: int, sample: int) -> None:
        """A slot's key is let go: what is in gate mode stops, or does not begin."""
        slot, layer = self.slot(column, row), self.columns[column]
        if layer.held != row:
            return
        layer.held, earliest = None, sample + self.block
        layer.commit(earliest)
        if layer.repeat is not None:
            layer.repeat = None
            layer.plan(earliest)
        elif layer.base is not None and layer.base.row == row and layer.wish is None:
            layer.ask(None, slot.quantum or self.quantum, earliest)
        else:
            layer.forget(earliest)

    def stop(self, column: int, sample: int, quantum: Quantum | None = None) -> None:
        """Stop a column at the next boundary."""
        layer = self.column(column)
        layer.held, layer.repeat = None, None
        layer.ask(None, quantum or self.quantum, sample + self.block)

    def stop_all(self, sample: int, quantum: Quantum | None = None) -> None:
        """Stop all columns at the next boundary."""
        for column in range(len(self.columns)):
            self.stop(column, sample, quantum)

    def legato(self, column: int, on: bool) -> None:
        """Whether what is launched goes on where the clip before it is."""
        self.column(column).legato = on

    def put(self, column: int, row: int, clip: Clip, sample: int) -> None:
        """A clip is ready in a slot. Lines say where it does not fit tempo and bars."""
        slot = self.slot(column, row)
        slot.clip, slot.making, slot.problem = clip, False, ""
        position = self._transport.position(sample)
        bar = self._transport.grid.bar(position).meter
        bpm = self._transport.tempo.bpm(sample)
        for line in mismatch(clip, bpm, Fraction(4 * bar.n, bar.d), self._transport.rate):
            self._say(f"{self.columns[column].name} {row + 1}: {line}")
        self.columns[column].changed(row, sample + self.block)

    def making(self, column: int, row: int, sample: int) -> None:
        """A clip is being made for a slot; one that is there stays until it is ready."""
        self.slot(column, row).making = True
        self.columns[column].changed(row, sample + self.block)

    def fail(self, column: int, row: int, problem: str, sample: int) -> None:
        """A slot's clip could not be made. One that was there stays."""
        slot, layer = self.slot(column, row), self.columns[column]
        slot.making = False
        if slot.clip is None:
            slot.problem = problem
        self._say(f"{layer.name} {row + 1} could not be made: {problem}")
        if layer.waiting is not None and layer.waiting[0] == row:
            layer.waiting = None
        layer.changed(row, sample + self.block)

    def clear(self, column: int, row: int, sample: int) -> None:
        """Empty a slot; what is heard of it stops at the next boundary."""
        slot, layer = self.slot(column, row), self.columns[column]
        layer.commit(sample + self.block)
        if layer.base is not None and layer.base.row == row and layer.wish is None:
            layer.ask(None, slot.quantum or self.quantum, sample + self.block)
        slot.clip, slot.making, slot.problem = None, False, ""
        layer.changed(row, sample + self.block)

    def late(self, ticket: int, now: int) -> None:
        """The audio side dropped a command because its sample was over."""
        for column in self.columns:
            column.late(ticket, now + self.block)

    def until_boundary(self, sample: int) -> Fraction | None:
        """Quarter notes to where a tap at a sample would enter; None while the transport stands still."""
        earliest = sample + self.block
        if not self._transport.playing(sample) or not self._transport.playing(earliest):
            return None
        place = boundary(self._transport.grid, self.quantum, reach(self._transport, earliest))
        return place - self._transport.position(sample)

    def view(self, column: int, row: int, sample: int) -> View:
        """What is to be seen of a slot at a sample."""
        slot, layer = self.slot(column, row), self.columns[column]
        name = slot.clip.name if slot.clip is not None else ""
        heard, change = layer.heard(sample), layer.next_change(sample)
        until = None
        if change is not None and self._transport.playing(sample):
            until = change.place - self._transport.position(sample)
        plays = heard is not None and heard.row == row
        asked = layer.wish is not None and layer.wish.row == row
        if asked or (change is not None and change.kind is Kind.ASKED and change.row == row):
            return View(SlotState.QUEUED, name, until)
        if layer.waiting is not None and layer.waiting[0] == row:
            return View(SlotState.MAKING, name, None, 0.0, "enters when it is ready")
        if not plays or heard is None or slot.clip is None:
            return View(slot.resting, name, detail=slot.problem)
        length = slot.clip.length(self._transport.tempo.bpm(sample), self._transport.rate)
        played = float((self._transport.position(sample) - heard.origin) / length % 1)
        stops = change is not None and change.row is None and change.kind is Kind.ASKED
        return View(SlotState.STOPPING if stops else SlotState.PLAYING, name, until, played)
