"""Gates and triggers that come in, through a Schmitt trigger: on from 2 V, off at 0.1 V and below."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.live.cv.calibration import EXACT, Calibration

Floats = npt.NDArray[np.floating]

ON, OFF = 2.0, 0.1
"""Volts."""


class GateIn:
    """One input channel, block by block. Where blocks begin makes no difference; what is no number changes
    nothing.
    """

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration or EXACT
        self.on = False

    def read(self, levels: Floats, start: int) -> list[tuple[int, bool]]:
        """(sample, on) of each change in a block [frames] whose first sample is `start`."""
        volts = self._calibration.volts(np.asarray(levels, float))
        says = np.flatnonzero((volts >= ON) | (volts <= OFF))
        states = volts[says] >= ON
        before = np.concatenate([[self.on], states[:-1]]).astype(bool) if len(states) else states
        changed = states != before
        if len(states):
            self.on = bool(states[-1])
        return [(start + int(at), bool(on)) for at, on in zip(says[changed], states[changed], strict=True)]
