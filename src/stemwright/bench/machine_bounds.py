"""This machine's bounds: read bandwidth for a working set, and multiply-adds a second of a core."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from stemwright.native.options import choose_isa

PROBE_BYTES = 150_000_000
"""Read in one turn of a bandwidth probe: a few milliseconds."""


class Bandwidth:
    """Reads a working set in turn with the contestants. What it reads lies in large pages, where there are
    such; of one stream a thread and four, the faster counts."""

    def __init__(self, working_set: int, threads: int) -> None:
        from stemwright.native import _engine

        self._reader = _engine.Reader(working_set, threads)
        self._passes = max(2, PROBE_BYTES // working_set)
        self._rates: dict[bool, list[float]] = {False: [], True: []}
        self._reader.rate(1, False)

    def turn(self) -> None:
        """One measurement of either way."""
        for four, rates in self._rates.items():
            rates.append(self._reader.rate(self._passes, four))

    @property
    def gigabytes(self) -> float:
        """10^9 bytes a second: the median over the turns of the faster way."""
        return max(median(rates) for rates in self._rates.values()) / 1e9


def multiply_add_rates() -> dict[str, Any]:
    """10^9 multiply-adds a second of one core: registers only, and in the engine's product of int8 weights
    with 1 and with 16 rows, out of the first-level cache."""
    from stemwright.native import _engine

    isa = choose_isa()
    return {
        "isa": isa,
        "fma_peak": _best(lambda: _engine.fma_rate(isa)) or None,
        "kernel_1_row": _best(lambda: _engine.kernel_rate(isa, 1)),
        "kernel_16_rows": _best(lambda: _engine.kernel_rate(isa, 16)),
    }


def _best(measure: Callable[[], float]) -> float:
    return max(measure() for _ in range(5)) / 1e9
