"""A sentence model as teacher: it learns what captions say of sound, and says it of words that captions have
not, from which the text encoder learns them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemwright.dataset.described.captions import Wording, training_wording
from stemwright.evaluation.judges.sentences import Sentences
from stemwright.song.layers import LAYERS
from stemwright.text.encoder import TextEncoder
from stemwright.training.clips.material import Pairs, TextSet
from stemwright.training.text.texts import Batch

CAPTIONS = 2
"""Of each clip, that the teacher learns from: its first ones."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of a step: sentence vectors of captions [B, 384], and whether they are true of its clips [B, B]; then
    of foreign texts [F, 384], and those texts as the encoder has them.
    """

    captions: Tensor
    true: Tensor
    foreign: Tensor
    texts: Batch
    style: Tensor


class Teacher:
    """What the sentence model makes of captions and of foreign words, each with a layer it might be said of.
    StemwrightError where its packages are not there.
    """

    def __init__(self, pairs: Pairs, words: Sequence[str], style: TextEncoder, buckets: int) -> None:
        read = Sentences()
        self.pairs = pairs
        chosen = [
            pairs.captions[clip * pairs.each + number].text
            for clip in range(len(pairs.clips))
            for number in range(CAPTIONS)
        ]
        self.captions = read(chosen)
        told = _told(words, training_wording())
        self.foreign = TextSet(told, style, buckets)
        self.vectors = read(told)

    def lesson(self, seed: int, step: int, chosen: NDArray[np.int64], drop: float) -> Lesson:
        """For a batch of these clips."""
        rng = np.random.default_rng((seed, step, 1))
        numbers = rng.integers(0, CAPTIONS, len(chosen))
        some = rng.integers(0, len(self.vectors), len(chosen))
        texts, style = self.foreign.batch(some, rng, drop)
        return Lesson(
            torch.from_numpy(self.captions[chosen * CAPTIONS + numbers]),
            torch.from_numpy(self.pairs.true(chosen * self.pairs.each + numbers, chosen)),
            torch.from_numpy(self.vectors[some]),
            texts,
            style,
        )


def _told(words: Sequence[str], wording: Wording) -> list[str]:
    """Each word with a layer before or behind it."""
    out = []
    for word in dict.fromkeys(words):
        rng = random.Random(word)
        noun = rng.choice(wording.nouns(rng.choice(LAYERS)))
        out.append(rng.choice((f"{word} {noun}", f"{noun}, {word}", f"a {word} {noun}")))
    return out
