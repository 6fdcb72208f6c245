"""The delay pattern: T frames of K codebooks take T + K - 1 steps, codebook k one step later than k - 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.training.performer.loss import IGNORE

Ints = npt.NDArray[np.int64]


def delayed(tokens: npt.NDArray[np.uint16], start: int, end: int, blank: int) -> tuple[Ints, Ints]:
    """Inputs and targets [end - start, K] of the steps start..end - 1 for tokens [K, T].

    Input of codebook k at step s is tokens[k, s - 1 - k], its target tokens[k, s - k]; outside 0..T-1 the
    input is `blank` and the target is ignored.
    """
    books, frames = tokens.shape
    book = np.arange(books)
    frame = np.arange(start, end)[:, None] - book
    codes = tokens[book, np.clip(frame, 0, frames - 1)].astype(np.int64)
    targets = np.where((frame >= 0) & (frame < frames), codes, IGNORE)
    before = frame - 1
    codes = tokens[book, np.clip(before, 0, frames - 1)].astype(np.int64)
    return np.where((before >= 0) & (before < frames), codes, blank), targets
