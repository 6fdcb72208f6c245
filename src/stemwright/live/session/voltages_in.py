"""What a set's inputs hear as voltages: notes of a modular for companions, by pairs of pitch and gate; and
direct current where sound should be.
"""

from __future__ import annotations

from stemwright.live.cv.dc import DcWatch
from stemwright.live.cv.notes_in import CvNotes
from stemwright.live.cv.store import DeviceCalibration
from stemwright.live.desk.desk import Desk, Sound
from stemwright.live.record.buses import Bus

EVERY = 0.25
"""Seconds between two looks for direct current."""
Note = tuple[int, int, bytes]
"""Sample, port and MIDI message."""


class VoltagesIn:
    """The first pair plays port 0, the second one port 1, and so on, beside MIDI that comes in there.
    ``calibration``: of the device's inputs.

    What a tap had no room for is told by the graph before what comes after it can be read: so ``listen``
    comes first, then what was ``lost``, then ``notes``.
    """

    def __init__(self, desk: Desk, calibration: DeviceCalibration) -> None:
        self._desk, rate = desk, desk.setup.rate
        self._players = [
            CvNotes(port, rate, calibration.input(pair.first + 1), calibration.input(pair.first + 2))
            for port, pair in enumerate(desk.cv_in)
        ]
        self._buses = [Bus() for _ in desk.cv_in]
        self._came: list[Sound] = []

    def listen(self) -> None:
        """Take what has come in."""
        self._came = [self._desk.came(pair) for pair in self._desk.cv_in]

    def lost(self, tap: int, at: int, frames: int) -> None:
        """The graph reported an overrun of a tap: there the voltages were 0."""
        for pair, bus in zip(self._desk.cv_in, self._buses, strict=True):
            if pair.tap == tap:
                bus.lost(at, frames)

    def notes(self) -> list[Note]:
        """What was played in what was taken last, by its samples."""
        found: list[Note] = []
        for player, bus, came in zip(self._players, self._buses, self._came, strict=True):
            start = bus.heard
            bus.add(came)
            levels = bus.take(bus.heard - start)
            if len(levels):
                found += player.read(levels[:, 0], levels[:, 1], start)
        return sorted(found)


class DirectCurrent:
    """The watch over all inputs for sound."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._rate, self._looked = desk, desk.setup.rate, 0
        self.nodes = {pair.node for pair in desk.watched}
        self._watches = [DcWatch(f"input {n + 1}", self._rate) for n in range(desk.setup.inputs)]

    def lines(self, now: int) -> list[str]:
        """What should be said of the inputs. ``now``: a sample; between two looks nothing is found."""
        if now - self._looked < EVERY * self._rate:
            return []
        self._looked = now
        said = [
            watch.read(side)
            for pair in self._desk.watched
            for watch, side in zip(self._watches[pair.first :], self._desk.came(pair).T, strict=False)
        ]
        return [line for line in said if line is not None]
