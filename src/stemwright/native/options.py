"""Which instruction set and how many threads the engine runs with."""

from __future__ import annotations

import os

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.work.cores import MAX_THREADS, asked_threads

ISAS = ("avx512", "avx2", "neon", "generic")


def available_isas() -> list[str]:
    """Instruction sets this machine has kernels for, best first; "generic" is always among them."""
    try:
        from stemwright.native import _engine
    except ImportError as error:
        raise StemwrightError(
            f"the native engine is not built ({error}): run scripts/build_native.sh"
        ) from error
    return list(_engine.available_isas())


def choose_isa(isa: str | None = None) -> str:
    """The given instruction set, else STEMWRIGHT_ISA, else the best one. UsageError where it is lacking."""
    source = "isa" if isa is not None else "STEMWRIGHT_ISA"
    wanted = isa if isa is not None else os.environ.get("STEMWRIGHT_ISA", "").strip() or None
    available = available_isas()
    if wanted is None:
        return available[0]
    if wanted not in ISAS:
        raise UsageError(f"{source}: {shown(wanted)} is not an instruction set; use one of {', '.join(ISAS)}")
    if wanted not in available:
        raise UsageError(f"{source}: this machine has no {wanted}; it has {', '.join(available)}")
    return wanted


def choose_threads(threads: int | None = None) -> int:
    """The given number, else STEMWRIGHT_THREADS, else 1. UsageError outside 1..64."""
    if threads is not None:
        if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= MAX_THREADS:
            raise UsageError(f"threads: {shown(threads)} is not a whole number from 1 to {MAX_THREADS}")
        return threads
    return asked_threads() or 1
