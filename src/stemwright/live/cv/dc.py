"""Direct current on inputs that are meant for audio: told once, so that nobody looks for the fault
elsewhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

LIMIT = 0.02
"""Mean level from which on direct current is told."""


class DcWatch:
    """One audio input, over stretches of a second."""

    def __init__(self, name: str, rate: int) -> None:
        self._name, self._rate = name, rate
        self._sum, self._count, self._told = 0.0, 0, False

    def read(self, levels: Floats) -> str | None:
        """A line for the screen and the session log where direct current comes up, else None."""
        good = np.asarray(levels, float)
        good = good[np.isfinite(good)]
        self._sum, self._count = self._sum + float(good.sum()), self._count + len(good)
        if self._count < self._rate:
            return None
        mean, self._sum, self._count = self._sum / self._count, 0.0, 0
        if abs(mean) < LIMIT:
            self._told = False
            return None
        if self._told:
            return None
        self._told = True
        return (
            f"{self._name}: has direct current, {100 * mean:.0f}% of full level; turn on its high-pass "
            "filter. If a control voltage is meant, let it come in as one"
        )
