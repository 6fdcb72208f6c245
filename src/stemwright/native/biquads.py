"""Second-order filter sections in cascade, as a stream: the Python face of the recursive filter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError

MAX_SECTIONS = 8

Doubles = npt.NDArray[np.float64]


class Biquads:
    """A filter of `channels` (1 or 2) that goes on from push to push: a signal cut anywhere gives the same
    bits.

    sections: float64 [S, 5], S at most 8: b0 b1 b2 a1 a2 of y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. It
    begins in silence. UsageError for what is out of range.
    """

    def __init__(self, sections: Doubles, channels: int) -> None:
        self._sections = np.ascontiguousarray(sections, np.float64)
        if self._sections.ndim != 2 or self._sections.shape[1] != 5 or len(self._sections) > MAX_SECTIONS:
            raise UsageError(f"sections: {list(self._sections.shape)} is not [0 to {MAX_SECTIONS}, 5]")
        if not np.isfinite(self._sections).all():
            raise UsageError("sections: a coefficient is not a finite number")
        if channels not in (1, 2):
            raise UsageError(f"channels: {channels} is not 1 or 2")
        self._channels = channels
        self._state = np.zeros((len(self._sections), channels, 2))

    def push(self, signal: npt.NDArray[np.floating]) -> Doubles:
        """What comes out for the next samples [n] or [n, channels], float64 of the same shape."""
        from stemwright.native import _engine

        given = np.ascontiguousarray(signal, np.float64)
        if given.shape[1:] != (() if self._channels == 1 else (2,)):
            raise UsageError(f"signal: {list(given.shape)} is not of {self._channels} channel(s)")
        made, self._state = _engine.biquads(self._sections, given, self._state)
        return np.asarray(made).reshape(given.shape)
