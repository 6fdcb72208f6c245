"""The text encoder: a prompt as a style vector, in whole numbers, so that it is the same on every machine.

Hashed words and their pieces have rows in a table; rows are added up, each weighed by how telling it is
(inverse document frequency), brought to one length, and led through two matrices. Styles are vectors of the
same kind; the likest has the largest product. Trained by InfoNCE (van den Oord et al., arXiv 1807.03748).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Self

import numpy as np
import numpy.typing as npt

from stemwright.models import Bundle
from stemwright.text.features import features, word_hash, words_of

ONE = 1 << 12
"""The length of a vector."""
_FINE = 1 << 10  # parts in which lengths are taken
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """`table` [buckets, width] and `telling` [buckets] of its rows, `hidden` [hidden, width], `out` [size,
    hidden], `styles` [styles, size] of `names`; `vocabulary`: hashes of the words that training knew,
    upwards. All in whole numbers.
    """

    table: npt.NDArray[np.int8]
    telling: npt.NDArray[np.uint8]
    hidden: npt.NDArray[np.int8]
    out: npt.NDArray[np.int8]
    styles: npt.NDArray[np.int8]
    vocabulary: npt.NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def load(cls, bundle: Bundle) -> Self:
        """The encoder of a bundle of kind "text"."""
        tensors = bundle.tensors()
        names = ("table", "telling", "hidden", "out", "styles", "vocabulary")
        arrays = {name: np.asarray(tensors[name]) for name in names}
        return cls(**arrays, names=tuple(bundle.manifest.architecture["styles"]))

    def vector(self, text: str) -> Whole:
        """The style vector [size] of a text, about `ONE` long; zeros where it knows nothing in it."""
        where, weights = features(words_of(text))
        if not where:
            return np.zeros(len(self.out), np.int64)
        rows = self.table[where].astype(np.int64)
        weighed = np.asarray(weights, np.int64) * self.telling[where].astype(np.int64)
        pooled = unit((rows * weighed[:, None]).sum(axis=0))
        hidden = unit(np.maximum(self.hidden.astype(np.int64) @ pooled, 0))
        return unit(self.out.astype(np.int64) @ hidden)

    def scores(self, text: str) -> Whole:
        """How like each style of `names` a text is: products of vectors."""
        return self.styles.astype(np.int64) @ self.vector(text)

    def ranking(self, text: str, known: Sequence[str]) -> tuple[str, ...]:
        """The styles that are `known`, the likest first; equals in the order of `names`."""
        scores = self.scores(text)
        order = sorted(range(len(self.names)), key=lambda place: (-int(scores[place]), place))
        return tuple(self.names[place] for place in order if self.names[place] in known)

    def known(self, text: str) -> frozenset[str]:
        """The words of a text that training knew."""
        words = words_of(text)
        hashes = np.asarray([word_hash(word) for word in words], np.int32)
        places = np.searchsorted(self.vocabulary, hashes)
        places = np.minimum(places, max(0, len(self.vocabulary) - 1))
        there = self.vocabulary[places] == hashes if len(self.vocabulary) else hashes < 0
        return frozenset(word for word, yes in zip(words, there.tolist(), strict=True) if yes)


def unit(vector: Whole) -> Whole:
    """The vector, of numbers below 2**40, brought to the length `ONE`, rounded downwards; zeros stay."""
    length = isqrt(sum(value * value for value in vector.tolist()) * _FINE * _FINE)
    return vector * (ONE * _FINE) // length if length else vector
