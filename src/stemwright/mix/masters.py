"""Masters by name: how loud a mix becomes, how it is held together, and where its peaks end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stemwright.errors import UsageError, argument

MAX_LIMITING_DB = 9.0
"""More peak reduction than this would be heard; the mix then stays quieter than asked for."""
CLUB_LIMITING_DB = 12.0
"""The same where it is meant to be heard a little."""


@dataclass(frozen=True, slots=True)
class Master:
    """`lufs`: the loudness to reach, None: as the sum is; `dbtp`: the true peak that nothing goes over, None:
    wherever the sum goes; `compressed`: whether a bus compressor holds it together; `tilted`: whether a tilt
    equaliser mends its balance of lows and highs where it is far from usual; `most_limiting_db`: what the
    limiter may take off peaks.
    """

    lufs: float | None
    dbtp: float | None
    compressed: bool = False
    tilted: bool = False
    most_limiting_db: float = MAX_LIMITING_DB


STREAMING, CLUB, NONE = "streaming", "club", "none"
MASTERS = {
    STREAMING: Master(-14.0, -1.0),
    CLUB: Master(-9.0, -1.0, compressed=True, tilted=True, most_limiting_db=CLUB_LIMITING_DB),
    NONE: Master(None, None),
}


def master_of(name: str) -> Master:
    """The master of a name. UsageError for one that is not known."""
    if name not in MASTERS:
        known = ", ".join([*MASTERS][:-1])
        raise UsageError(f"{argument('master')} {name[:40]!r}: is not known; use {known} or {[*MASTERS][-1]}")
    return MASTERS[name]


def checked(master: Master) -> Master:
    """The master. UsageError for targets that are impossible."""
    if master.lufs is not None and not (math.isfinite(master.lufs) and -70.0 < master.lufs <= 0.0):
        raise UsageError(f"target loudness {master.lufs} is outside -70..0 LUFS")
    if master.dbtp is not None and not (math.isfinite(master.dbtp) and -20.0 <= master.dbtp <= 0.0):
        raise UsageError(f"true-peak ceiling {master.dbtp} is outside -20..0 dBTP")
    return master
