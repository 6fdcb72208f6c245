"""The baseline to beat: a bigram model of each codebook, from the frame before.

p(b | a) = (count(a, b) + m * p(b)) / (count(a) + m), p(b) from counts plus one half. Of several m the one
that is best on the held-out clips themselves is reported, codebook by codebook, which favours the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BACK_OFFS = (1.0, 4.0, 16.0, 64.0, 256.0)


def bigram_losses(
    train: Sequence[npt.NDArray[np.uint16]], held_out: Sequence[npt.NDArray[np.uint16]], codebook_size: int
) -> list[float]:
    """Cross-entropy per codebook (nats a token) of held-out clips [K, T] under bigrams of the training
    clips.

    A clip's first frame is counted under the unigram.
    """
    return [
        _codebook([c[k] for c in train], [c[k] for c in held_out], codebook_size)
        for k in range(len(train[0]))
    ]


def _codebook(
    train: list[npt.NDArray[np.uint16]], held_out: list[npt.NDArray[np.uint16]], size: int
) -> float:
    pairs = np.zeros((size, size), np.float64)
    single = np.full(size, 0.5)
    for codes in train:
        np.add.at(pairs, (codes[:-1], codes[1:]), 1)
        single += np.bincount(codes, minlength=size)
    single /= single.sum()
    rows = pairs.sum(1)
    first = sum(float(-np.log(single[codes[0]])) for codes in held_out)
    before = np.concatenate([codes[:-1] for codes in held_out])
    after = np.concatenate([codes[1:] for codes in held_out])
    count = sum(len(codes) for codes in held_out)
    best = np.inf
    for mass in BACK_OFFS:
        chance = (pairs[before, after] + mass * single[after]) / (rows[before] + mass)
        best = min(best, (first - float(np.log(chance).sum())) / count)
    return float(best)
