"""all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0; Wang et al. 2020): sentences as 384 numbers.

The graph with int8 weights comes from one package, the list of word pieces from another. Words are cut into
the longest pieces that the list has (WordPiece, as BERT's: Devlin et al. 2019), the mean over pieces is the
vector.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.judges.packages import MINILM, PIECES, file_of
from stemwright.evaluation.judges.running import graph_of

DIMENSIONS = 384
MAX_PIECES = 126
MAX_WORD = 100
BATCH = 64
_BEGIN, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_WORD = re.compile(r"\w+|[^\w\s]")


class Sentences:
    """The judge. StemwrightError where its packages are not there."""

    def __init__(self) -> None:
        lines = file_of(PIECES, "model", "vocab.txt").read_text(encoding="utf-8").split("\n")
        self._pieces = {piece: number for number, piece in enumerate(lines) if piece}
        self._graph = graph_of(MINILM, "model.onnx")

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [texts, DIMENSIONS] of length 1."""
        cut = [self._cut(text) for text in texts]
        order = sorted(range(len(cut)), key=lambda place: len(cut[place]))
        out = np.zeros((len(cut), DIMENSIONS), np.float32)
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            out[places] = self._run([cut[place] for place in places])
        return out

    def _run(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(map(len, rows))
        numbers = np.zeros((len(rows), longest), np.int64)
        mask = np.zeros_like(numbers)
        for place, row in enumerate(rows):
            numbers[place, : len(row)], mask[place, : len(row)] = row, 1
        given = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
        (states,) = self._graph.run(None, given)
        means = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)

    def _cut(self, text: str) -> list[int]:
        """Numbers of a text's pieces, with those that begin and end it."""
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
        found = [number for word in _WORD.findall(plain) for number in self._word(word)]
        return [self._pieces[_BEGIN], *found[:MAX_PIECES], self._pieces[_END]]

    def _word(self, word: str) -> list[int]:
        out: list[int] = []
        at = 0
        while at < len(word) <= MAX_WORD:
            ends = range(len(word), at, -1)
            end = next((e for e in ends if ("##" * bool(at) + word[at:e]) in self._pieces), None)
            if end is None:
                return [self._pieces[_UNKNOWN]]
            out.append(self._pieces["##" * bool(at) + word[at:end]])
            at = end
        return out or [self._pieces[_UNKNOWN]]
