"""How many cores this process may use, and how many threads it shall work with."""

from __future__ import annotations

import os

from stemwright.errors import UsageError, shown

MAX_THREADS = 64
THREADS_VARIABLE = "STEMWRIGHT_THREADS"


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1


def asked_threads() -> int | None:
    """What STEMWRIGHT_THREADS says, 1..64; None where it says nothing. UsageError where it is no number."""
    text = os.environ.get(THREADS_VARIABLE, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_THREADS):
        raise UsageError(f"{THREADS_VARIABLE}: {shown(text)} is not a whole number from 1 to {MAX_THREADS}")
    return int(text)


def threads() -> int:
    """Threads to work with: those that STEMWRIGHT_THREADS asks for, else one a core."""
    return asked_threads() or min(cores(), MAX_THREADS)
