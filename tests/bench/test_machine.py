"""The bounds measured of the machine."""

from __future__ import annotations

import pytest

from stemwright.bench.machine_bounds import Bandwidth, multiply_add_rates
from stemwright.native import _engine
from stemwright.native.options import available_isas


@pytest.mark.parametrize("threads", [1, 2])
def test_bandwidth_is_that_of_memory(threads: int) -> None:
    """Between the slowest memory and the fastest cache that a core may have."""
    probe = Bandwidth(1_000_000, threads)
    probe.turn()
    probe.turn()
    assert 0.1 < probe.gigabytes < 4000 * threads


def test_multiply_adds_of_the_kernel_are_below_the_peak() -> None:
    rates = multiply_add_rates()
    assert rates["isa"] in available_isas()
    assert rates["kernel_1_row"] > 0.01 and rates["kernel_16_rows"] > 0.01
    if rates["isa"] != "generic":
        assert rates["kernel_16_rows"] < 3 * rates["fma_peak"]


def test_the_portable_code_has_no_peak() -> None:
    assert _engine.fma_rate("generic") == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: _engine.Reader(1 << 20, 0),
        lambda: _engine.Reader(1 << 20, 65),
        lambda: _engine.Reader(100, 1),
        lambda: _engine.Reader(1 << 20, 1).rate(0, True),
        lambda: _engine.kernel_rate("generic", 0),
        lambda: _engine.kernel_rate("generic", 17),
        lambda: _engine.fma_rate("mmx"),
    ],
)
def test_bad_numbers_are_refused(call: object) -> None:
    with pytest.raises(ValueError):
        call()  # type: ignore[operator]
