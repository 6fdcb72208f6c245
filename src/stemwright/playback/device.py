"""What plays sound: an output device of the machine, or a JACK server, by the live graph. Blocks are clips of
its pool, each launched at the very sample at which the one before it ends.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, argument
from stemwright.native import devices, live_commands
from stemwright.native.live import Graph

Audio = npt.NDArray[np.float32]

AHEAD, LEAD = 1.0, 0.15
"""Seconds that are given to the graph ahead, and from opening to the first sample."""
_TURN = 0.01


class Device(Protocol):
    """An open device."""

    def play(self, block: Audio) -> None:
        """Take the next samples, float32 [n, 2] in -1..1; returns once there is room for more."""


Opener = Callable[[int], AbstractContextManager[Device]]
"""Opens a device at a rate in Hz; at the end what it was given is played out. StemwrightError for none."""
Starter = Callable[[Graph], devices.Device]
"""Plays a graph."""


class Player:
    """Blocks played one after the other by a graph. ``start``: plays it on a device."""

    def __init__(self, rate: int, start: Starter) -> None:
        self.graph = Graph(rate, 0, 2)
        self._player = self.graph.add_player()
        output = self.graph.add_output(0, 1)
        plan = self.graph.plan([(self._player, []), (output, [self._player])])
        self.graph.post([live_commands.plan(plan)])
        self._device = start(self.graph)
        self._next = self.graph.sample + round(LEAD * rate)
        self._given: deque[tuple[int, int]] = deque()  # (the sample after it, clip)

    def play(self, block: Audio) -> None:
        """See ``Device``. StemwrightError where the device has failed."""
        if len(block):
            clip = self.graph.clip(np.ascontiguousarray(block, np.float32))
            self.graph.post([live_commands.launch(self._player, clip, at=self._next)])
            self._next += len(block)
            self._given.append((self._next, clip))
        self._wait(self._next - round(AHEAD * self.graph.rate))

    def finish(self) -> None:
        """Play out what was given."""
        self._wait(self._next)

    def stop(self) -> None:
        """Be silent."""
        self._device.stop()

    def _wait(self, until: int) -> None:
        """Until a sample is played; forget what is over."""
        while self.graph.sample < until:
            if not self._device.alive:
                raise StemwrightError(f"the output device failed ({self._device.trouble or 'it is gone'})")
            time.sleep(_TURN)
        while self._given and self._given[0][0] < self.graph.sample:
            self.graph.drop_clip(self._given.popleft()[1])


@contextmanager
def output(rate: int) -> Iterator[Device]:
    """The machine's usual output, or a JACK server of this rate. StemwrightError where there is none."""
    player = Player(rate, _start)
    try:
        yield player
        player.finish()
    finally:
        player.stop()


def _start(graph: Graph) -> devices.Device:
    for name in devices.sound_names():
        if name.is_output and name.system != "null":
            return devices.SoundDevice(graph, system=name.system)
    try:
        look = devices.JackLook()
    except StemwrightError:
        raise StemwrightError("no output device is there, and no JACK server runs") from None
    if look.rate != graph.rate:
        raise StemwrightError(
            f"no output device is there but a JACK server of {look.rate} Hz; play with "
            f"{argument('quality')} high, at 48 kHz"
        )
    names = ("main_left", "main_right")
    device = devices.JackDevice(graph, client="stemwright", inputs=(), outputs=names)
    there = [port for port in device.ports() if port.physical and port.is_input and not port.midi]
    for own, port in zip(names, there, strict=False):
        device.connect(own, port.name)
    return device
