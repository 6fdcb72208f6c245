"""What a sentence model that others trained says of texts: which styles they are like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation import logistic
from stemwright.evaluation.judges.sentences import Sentences
from stemwright.training.text.captions import Caption

CREDIT = "all-MiniLM-L6-v2 by sentence-transformers as teacher (Apache-2.0)"


class Teacher:
    """The sentence model with a linear head that has learnt the styles from captions."""

    def __init__(self, captions: Sequence[Caption]) -> None:
        self._sentences = Sentences()
        vectors = self._sentences([caption.text for caption in captions])
        self._head = logistic.fit(vectors, [caption.style for caption in captions])

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How likely each style is [texts, styles]."""
        return np.exp(logistic.log_probabilities(self._head, self._sentences(texts))).astype(np.float32)
