"""Scenes: a whole row of the launcher at once."""

from __future__ import annotations

from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.queue import Launcher


def launch_scene(
    launcher: Launcher, row: int, sample: int, quantum: Quantum | None = None, stop_empty: bool = True
) -> None:
    """Launch a row: all its clips enter at the same boundary, of one unit, whatever units and modes their
    slots have. Columns without a clip there stop, if `stop_empty`; a clip that is not ready yet waits, and
    says so. UsageError where there is no such row.
    """
    unit = quantum or launcher.quantum
    earliest = sample + launcher.block
    for column, layer in enumerate(launcher.columns):
        slot = launcher.slot(column, row)
        layer.held, layer.repeat = None, None
        if slot.problem:
            launcher.tap(column, row, sample)  # says why
        elif not slot.empty:
            layer.ask(row, unit, earliest)
        elif stop_empty:
            layer.ask(None, unit, earliest)
