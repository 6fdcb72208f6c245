"""Voltages of a set: outputs held by hand, and companions that play a modular, by pairs of pitch and gate."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.errors import UsageError
from stemwright.live.commands import Command, Tickets, records
from stemwright.live.cv.notes_out import CvOut, CvVoice
from stemwright.live.cv.scale import GATE
from stemwright.live.cv.store import DeviceCalibration
from stemwright.live.desk.desk import Desk
from stemwright.native.live_commands import Records

FIRST = 3
"""The device's channel, from 1, that is the first for voltages."""


class Voltages:
    """Outputs of a desk. ``players``: nodes of the companions' voices; the first one's notes go to outputs 1
    and 2 as pitch and gate, the second one's to 3 and 4, and so on."""

    def __init__(
        self, desk: Desk, calibration: DeviceCalibration, players: Sequence[int], tickets: Tickets
    ) -> None:
        self._outs = [CvOut(node, calibration.output(FIRST + n)) for n, node in enumerate(desk.cv)]
        self._gates: set[int] = set()
        pairs = zip(players, self._outs[::2], self._outs[1::2], strict=False)
        rate = desk.setup.rate
        self._voices = {node: CvVoice(pitch, gate, rate, tickets) for node, pitch, gate in pairs}

    def hold(self, output: int, volts: float, now: int) -> Records:
        """Hold a voltage. UsageError where there is no such output."""
        return records([self._out(output).set(now, volts)])

    def gate(self, output: int, on: bool | None, now: int) -> Records:
        """A gate on or off, or the other way round for None. UsageError where there is no such output."""
        found, wanted = self._out(output), output not in self._gates if on is None else on
        self._gates = self._gates | {output} if wanted else self._gates - {output}
        return records([found.set(now, GATE if wanted else 0.0)])

    def of(self, commands: Sequence[Command]) -> list[Command]:
        """What commands of companions are as voltages."""
        return [
            voltage
            for node, voice in self._voices.items()
            for voltage in voice.translate([each for each in commands if each.node == node])
        ]

    def rest(self, now: int) -> list[Command]:
        """All gates fall."""
        self._gates.clear()
        return [each for voice in self._voices.values() for each in voice.rest(now)]

    def _out(self, output: int) -> CvOut:
        if output >= len(self._outs):
            raise UsageError(f"output {output + 1}: is none; there are {len(self._outs)} for voltages")
        return self._outs[output]
