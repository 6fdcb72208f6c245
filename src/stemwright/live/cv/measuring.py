"""A channel calibrated on a device: voltages are sent from one output, and what comes in at one input is
recorded at its sample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.live.cv import loopback, oscillator
from stemwright.live.cv.calibration import EXACT, Calibration
from stemwright.live.cv.scale import FULL
from stemwright.live.cv.store import MAX_CHANNELS, DeviceCalibration
from stemwright.native import live_commands as lc
from stemwright.native.live import Graph

Floats = npt.NDArray[np.float32]
WAYS = ("output", "input", "oscillator")

SETTLE = 0.2
"""Seconds for which an oscillator is given a voltage before it is heard."""
LEAD = 0.2
"""Seconds from the wish to the first voltage."""
_LATE = 3.0
"""Seconds after which a device that gave nothing is given up."""


class Bench:
    """A graph of one output for voltages and one input. ``output``, ``input``: channels from 1. ``wait`` lets
    about so many seconds pass, and says whether the device still plays."""

    def __init__(self, rate: int, output: int, input: int, wait: Callable[[float], bool]) -> None:
        for name, channel in (("output", output), ("input", input)):
            if not 1 <= channel <= MAX_CHANNELS:
                raise UsageError(f"{name}: {channel} is not a channel from 1 to {MAX_CHANNELS}")
        self.rate, self._wait = rate, wait
        self.graph = graph = Graph(rate, input, max(2, output))
        self._cv = graph.add_cv(output - 1)
        heard, self._tap = graph.add_input(input - 1, steady=True), graph.add_tap(10.0)
        wires: list[tuple[int, list[int]]] = [(self._cv, []), (heard, []), (self._tap, [heard])]
        graph.post(lc.plan(graph.plan(wires)))

    def hear(self, volts: Sequence[float], hold: int, after: int = 0) -> Floats:
        """What comes in while voltages are sent as an exact channel would give them, each for ``hold``
        frames, and for ``after`` frames more, at 0 V. Levels [frames]. StemwrightError where the device
        stops."""
        start = self.graph.sample + round(LEAD * self.rate)
        frames = len(volts) * hold + after
        steps = [
            lc.set_to(self._cv, 0, each / FULL, at=start + n * hold) for n, each in enumerate([*volts, 0.0])
        ]
        on = lc.record(self._tap, True, at=start), lc.record(self._tap, False, at=start + frames)
        self.graph.post(lc.joined([*steps, *on]))
        found: list[Floats] = []
        missing, waited = frames, 0.0
        while missing > 0:
            if not self._wait(0.05) or waited > LEAD + frames / self.rate + _LATE:
                raise StemwrightError("calibration: the device gives no sound any more; look at its cable")
            waited += 0.05
            piece = self.graph.read(self._tap, missing)
            found.append(np.asarray(piece[:, 0], np.float32))
            missing -= len(piece)
        return np.concatenate(found)


def by_cable(bench: Bench) -> Floats:
    """What comes back of the sweep of `loopback`."""
    hold = round(loopback.HOLD * bench.rate)
    whole = len(loopback.sweep(bench.rate))
    steps = [0.0, *loopback.STEPS]
    return bench.hear(steps, hold, whole - len(steps) * hold)


def by_oscillator(bench: Bench) -> list[float]:
    """The frequencies at which the oscillator is heard, in Hz. StemwrightError naming the voltage at which
    it cannot be."""
    found = []
    settle = round(SETTLE * bench.rate)
    frames = settle + round(oscillator.SECONDS * bench.rate)
    for volts in oscillator.STEPS:
        try:
            found.append(oscillator.frequency(bench.hear([volts], frames)[settle:], bench.rate))
        except StemwrightError as error:
            raise StemwrightError(f"at {volts:g} V: {error.marked}") from None
    return found


def calibrated(
    bench: Bench, known: DeviceCalibration, output: int, input: int, way: str
) -> tuple[DeviceCalibration, Calibration]:
    """Measure a channel: an output by a cable to an input, or an input by a cable from an output, the other
    of which is taken as it is known; or an output by an oscillator (`way`: one of `WAYS`). What is known
    then, and what was new. UsageError for another way."""
    if way not in WAYS:
        raise UsageError(f"by: {shown(way)} is none of {', '.join(WAYS)}")
    outputs, inputs = dict(known.outputs), dict(known.inputs)
    if way == "oscillator":
        made = outputs[output] = oscillator.calibrate(by_oscillator(bench))
    elif way == "input":
        made = inputs[input] = loopback.calibrate_input(by_cable(bench), bench.rate, known.output(output))
    else:
        source = known.inputs.get(input, EXACT)
        made = outputs[output] = loopback.calibrate_output(by_cable(bench), bench.rate, source)
    return replace(known, outputs=outputs, inputs=inputs), made
