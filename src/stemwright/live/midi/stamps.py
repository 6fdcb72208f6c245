"""When a message came, as well as it can be known: a driver says exactly how long after the one before, and
Python says when it heard of it, which is some milliseconds too late while other code runs.
"""

from __future__ import annotations

_DRIFT = 100e-6
"""Seconds a second by which a driver's clock and ours may part."""
_ASTRAY = 0.5
"""Seconds from which on the driver's sum is not believed: its clock was stopped or set."""


class Stamps:
    """Takes each message of one port in turn. The least delay that was seen is the one that is nobody's
    fault, so a time is the sum of the driver's steps and that delay.
    """

    def __init__(self) -> None:
        self._sum = 0.0
        self._least: float | None = None

    def at(self, step: float, heard: float) -> float:
        """The time of a message that came `step` seconds after the one before, and of which was heard at
        `heard` seconds; on the same clock as `heard`, and never later.
        """
        self._sum += step
        delay = heard - self._sum
        if self._least is None or delay < self._least or delay - self._least > _ASTRAY:
            self._least = delay
        else:
            self._least = min(self._least + _DRIFT * step, delay)
        return self._sum + self._least
