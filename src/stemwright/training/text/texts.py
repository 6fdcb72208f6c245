"""Texts as the trainer has them: the buckets of all of them in one row, and how telling each bucket is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemwright.text.features import BUCKETS, features, words_of

Batch = tuple[Tensor, Tensor, Tensor]
"""Buckets and their weights [features], and where each text begins."""


@dataclass(frozen=True, slots=True)
class Texts:
    """`where` and `weights` of all features, text after text; `edges` [texts + 1]."""

    where: NDArray[np.int64]
    weights: NDArray[np.float32]
    edges: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.edges) - 1

    def batch(self, chosen: NDArray[np.int64], rng: np.random.Generator | None, drop: float = 0.0) -> Batch:
        """Some texts; a share of their features left out where they are for training."""
        spans = [np.arange(self.edges[place], self.edges[place + 1]) for place in chosen]
        starts = np.cumsum([0, *(len(span) for span in spans)])[:-1]
        every = np.concatenate(spans)
        weights = self.weights[every]
        if rng is not None and drop:
            weights = weights * (rng.random(len(every)) >= drop)
        return (
            torch.from_numpy(self.where[every]),
            torch.from_numpy(weights.astype(np.float32)),
            torch.from_numpy(starts.astype(np.int64)),
        )


def prepared(texts: Sequence[str], buckets: int = BUCKETS) -> Texts:
    """The features of texts, in so many buckets."""
    found = [features(words_of(text)) for text in texts]
    edges = np.cumsum([0, *(len(where) for where, _ in found)])
    where = np.concatenate([np.asarray(where, np.int64) for where, _ in found])
    weights = np.concatenate([np.asarray(weights, np.float32) for _, weights in found])
    return Texts(where % buckets, weights, edges.astype(np.int64))


def telling(sets: Sequence[Texts], buckets: int = BUCKETS) -> NDArray[np.uint8]:
    """Inverse document frequency of each bucket, 1 to 255; 0 for buckets that no text has."""
    count = np.zeros(buckets, np.int64)
    total = 0
    for texts in sets:
        total += len(texts)
        for place in range(len(texts)):
            count[np.unique(texts.where[texts.edges[place] : texts.edges[place + 1]])] += 1
    rarity = np.log(total / np.maximum(count, 1)) / np.log(total)
    return np.where(count > 0, np.clip(np.round(255 * rarity), 1, 255), 0).astype(np.uint8)
