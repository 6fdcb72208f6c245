"""What a MIDI port is to everything here; which hardware is behind it, only `live/devices.py` knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stemwright.errors import StemwrightError


class PortLost(StemwrightError):
    """The port is gone: unplugged, or its driver ended."""


class Port(Protocol):
    """One MIDI connection, in and out; either half may do nothing. Calls raise PortLost when it is gone."""

    @property
    def name(self) -> str:
        """As the system calls it."""

    def send(self, data: bytes) -> None:
        """One or more whole messages, now."""

    def poll(self) -> Sequence[tuple[int, bytes]]:
        """What came since the last call, in order: (sample at which it came, bytes in pieces of any size)."""

    def close(self) -> None:
        """Gives the port back; a second time, nothing."""


class Ports(Protocol):
    """The MIDI ports of the machine, asked for at each call: systems do not tell when one is plugged in."""

    def inputs(self) -> Sequence[str]:
        """Names of the ports that can be listened to."""

    def outputs(self) -> Sequence[str]:
        """Names of the ports that can be sent to."""

    def open(self, source: str, target: str) -> Port:
        """A connection that listens to `source` and sends to `target`. PortLost where one of them is not
        there or another program holds it.
        """
