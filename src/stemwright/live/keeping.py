"""Keeps a session in time when its sound device goes away: plays into nothing, and comes back by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from stemwright.errors import StemwrightError
from stemwright.native.devices import Device

PAUSE = 1.0
"""Seconds between two looks for a device that is gone."""
_LONGEST = 60.0


class Keeper:
    """Holds the device of a session; `tend` is to be called several times a second."""

    def __init__(
        self,
        device: Device,
        is_back: Callable[[], bool],
        again: Callable[[], Device],
        spare: Callable[[], Device],
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        pause: float = PAUSE,
    ) -> None:
        """`is_back`: whether the device that was lost may be opened again by `again`; `spare` opens one that
        plays into nothing; `tell` takes lines for the screen and the log.
        """
        self.device = device
        self.on_spare = False
        self._is_back, self._again, self._spare, self._tell = is_back, again, spare, tell
        self._clock, self._pause, self._wait, self._next = clock, pause, pause, 0.0
        self._told = ""

    def tend(self) -> None:
        """StemwrightError only where not even nothing can be played into."""
        if self.device.trouble and self.device.trouble != self._told:
            self._told = self.device.trouble
            self._tell(self._told)
        if not self.device.alive:
            self._lose()
        elif self.on_spare and self._clock() >= self._next:
            self._next = self._clock() + self._wait
            if self._is_back():
                self._return()

    def _lose(self) -> None:
        self.device.stop()
        self.device = self._spare()
        self.on_spare = True
        self._wait = self._pause
        self._next = self._clock() + self._wait
        self._tell("time goes on without sound; the device is looked for every second")

    def _return(self) -> None:
        self.device.stop()
        try:
            self.device = self._again()
        except (
            StemwrightError
        ) as error:  # it is there and cannot be had: say why once, and ask ever less often
            self.device = self._spare()
            self._wait = min(2 * self._wait, _LONGEST)
            self._next = self._clock() + self._wait
            if str(error) != self._told:
                self._told = str(error)
                self._tell(self._told)
        else:
            self.on_spare, self._told = False, ""
            self._tell("the sound device is back")

    def stop(self) -> None:
        self.device.stop()
