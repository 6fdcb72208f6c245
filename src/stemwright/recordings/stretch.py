"""A recording made longer or shorter at the same pitch, by Rubber Band (R3) in the package pedalboard."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError, argument, install
from stemwright.recordings.source import BLOCK, RATE

Audio = npt.NDArray[np.float32]
Blocks = Callable[[], Iterator[Audio]]

RATIOS = (0.25, 4.0)
"""How much shorter and longer a recording can be made."""
MAX_MINUTES = 20
"""Of a recording that is stretched, which is in memory as a whole."""


def stretched(blocks: Blocks, ratio: float, samples: int) -> Blocks:
    """The blocks of a recording `ratio` times as long, `samples` at most. StemwrightError without pedalboard,
    UsageError for what cannot be stretched so far.
    """
    low, high = RATIOS
    if not (math.isfinite(ratio) and low <= ratio <= high):
        raise UsageError(
            f"{argument('stretch')}: it would be {ratio:.2f} times as long; {low:g} to {high:g} can "
            f"be; say its tempo with {argument('bpm')} N"
        )
    if samples > ratio * MAX_MINUTES * 60 * RATE:
        raise UsageError(f"{argument('stretch')}: at most {MAX_MINUTES} minutes of a recording are stretched")
    library = _library()
    whole = np.concatenate(list(blocks()))
    made = library.time_stretch(np.ascontiguousarray(whole.T), float(RATE), stretch_factor=1.0 / ratio)
    out = np.ascontiguousarray(np.asarray(made, np.float32).T[: min(samples, round(len(whole) * ratio))])
    return lambda: (out[start : start + BLOCK] for start in range(0, len(out), BLOCK))


def told(ratio: float) -> str:
    """What is said of a recording that was stretched."""
    how = "slower" if ratio > 1 else "faster"
    return f"played {abs(1 / ratio - 1) * 100:.1f}% {how}, at the same pitch, to be in the song's tempo"


def _library() -> Any:
    try:
        import pedalboard
    except ImportError as error:
        raise StemwrightError(
            f"{argument('stretch')} needs the package pedalboard: {install('pedalboard')}"
        ) from error
    return pedalboard
