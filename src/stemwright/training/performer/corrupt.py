"""Wrong pasts: input codes that are not what went before.

A performer in training sees the true past, at work its own. Codes of a held note follow the waveform's phase
from frame to frame, so the true past alone tells nearly everything, and its own, where most upper codes are
merely likely ones, tells much less: a model that leans on it repeats its first mistake for ever, tones
flutter and stems drift from their score. So part of every crop's past is spoilt, by codes that could well
have been, and what it takes to come back is learnt: the score, and where in its note and in its wave a frame
lies. Three ways, each at random:

- single codes become those of up to 16 steps before, mostly of the same note: the slips of sampling. The
  last codebook is wrong eight times as often as the first, as it is when its codes are drawn;
- stretches of whole steps become what stood anywhere before: a past that holds together and is wrong;
- a beginning without any past, as a song's own, which random crops would hardly ever show.

Nothing comes from later steps, which would give away what is to be predicted. The rate differs from crop to
crop, so that a clean past is known too (cf. scheduled sampling, Bengio et al., arXiv 1506.03099; noise whose
strength varies by example, Valevski et al., arXiv 2408.14837).
"""

from __future__ import annotations

import numpy as np

from stemwright.training.performer.delay import Ints

NEAR = 16
"""How many steps before a single wrong code may have stood."""
STRETCH = 16
"""Mean steps of a wrong stretch."""
COLD_CHANCE, COLD_STEPS = 0.1, 24
"""How many of the crops begin without a past, and for how many steps, at the mean."""


def corrupt(inputs: Ints, rng: np.random.Generator, share: float, blank: int) -> None:
    """Spoil input codes [B, S, K] in place. `share`: how many are replaced, at the mean over crops; two
    thirds singly, one third in stretches. 0 leaves everything as it is."""
    if share <= 0:
        return
    for row in inputs:
        true = row.copy()
        rate = 2 * share * rng.random()
        _single(row, true, rng, rate * 2 / 3)
        _stretches(row, true, rng, rate / 3)
        row[true == blank] = blank
        if rng.random() < COLD_CHANCE:
            row[: rng.geometric(1 / COLD_STEPS)] = blank


def _single(row: Ints, true: Ints, rng: np.random.Generator, rate: float) -> None:
    steps, books = row.shape
    wrong = rng.random(row.shape) < rate * np.arange(1, books + 1) * 2 / (books + 1)
    before = np.arange(steps)[:, None] - rng.integers(1, NEAR + 1, row.shape)
    row[wrong] = np.take_along_axis(true, np.maximum(before, 0), 0)[wrong]


def _stretches(row: Ints, true: Ints, rng: np.random.Generator, rate: float) -> None:
    steps = len(row)
    for _ in range(rng.poisson(rate * steps / STRETCH)):
        first = int(rng.integers(0, steps))
        other = int(rng.integers(0, first + 1))
        length = min(int(rng.geometric(1 / STRETCH)), steps - first)
        row[first : first + length] = true[other : other + length]
