"""Calibration by loop-back: steps of voltage sent through a cable from an output to an input, and read
there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError
from stemwright.live.cv.calibration import EXACT, Calibration, fit
from stemwright.live.cv.scale import FULL

Floats = npt.NDArray[np.float32]

STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
"""Volts that are sent, one after the other."""
HOLD = 0.1
"""Seconds of each."""
_LATE = 0.25
"""Seconds by which the input may lag behind the output."""
_EDGE = 0.25
"""Volts by which the first step shows."""


def sweep(rate: int, steps: Sequence[float] = STEPS) -> Floats:
    """What to send: silence for one hold, the steps, then silence while late samples still come. Levels."""
    hold = round(HOLD * rate)
    volts = np.repeat(np.array([0.0, *steps]), hold)
    return np.concatenate([volts / FULL, np.zeros(round(_LATE * rate))], dtype=np.float32)


def readings(recorded: Floats, rate: int, steps: Sequence[float] = STEPS) -> list[float]:
    """The volts (at ten a level) read of each step, from what was recorded while the sweep was sent.

    The mean of the second half of each hold, so that filters have settled. StemwrightError where the sweep is
    not found in it.
    """
    hold = round(HOLD * rate)
    volts = np.asarray(recorded, float) * FULL
    if len(volts) < (len(steps) + 1) * hold or not np.isfinite(volts).all():
        raise StemwrightError("calibration: the recording is too short, or holds what is no number")
    quiet = float(np.median(volts[: hold // 2]))
    moved = np.flatnonzero(np.abs(volts - quiet) > _EDGE)
    late = int(moved[0]) - hold if len(moved) else -hold
    if not -hold // 10 <= late <= round(_LATE * rate):
        raise StemwrightError(
            "calibration: the steps do not arrive; connect the output to the input, and look whether both "
            "are DC-coupled"
        )
    late = max(0, late)
    out = []
    for step in range(1, len(steps) + 1):
        begin = late + step * hold
        out.append(float(np.mean(volts[begin + hold // 2 : begin + hold - hold // 20])))
    return out


def calibrate_output(
    recorded: Floats, rate: int, source: Calibration | None = None, steps: Sequence[float] = STEPS
) -> Calibration:
    """The output's line, where the input's is known (None: taken as exact; then what is fitted is both
    together, which is right for whatever goes out and comes back in through them).
    """
    known = source or EXACT
    return fit(steps, [(volts - known.offset) / known.gain for volts in readings(recorded, rate, steps)])


def calibrate_input(
    recorded: Floats, rate: int, output: Calibration, steps: Sequence[float] = STEPS
) -> Calibration:
    """The input's line, where that of the output is known, say by an oscillator."""
    return fit([output.gain * v + output.offset for v in steps], readings(recorded, rate, steps))
