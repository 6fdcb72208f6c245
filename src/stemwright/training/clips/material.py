"""What is trained on: clips of latents with captions of each. A batch depends on (seed, step) alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemwright.dataset.described.captions import Caption, caption, training_wording
from stemwright.dataset.described.traits import Described, Traits
from stemwright.flow.space import STACK, LatentSpace
from stemwright.text.encoder import ONE, TextEncoder
from stemwright.training.flow.latents import latents_of
from stemwright.training.text.texts import Batch, Texts, prepared

Floats = NDArray[np.float32]
RATE = 25
"""Steps a second."""


@dataclass(frozen=True, slots=True)
class PairBatch:
    """chosen [B]: which clips; sound [B, N, 3 * latent]; the texts' features and style vectors [B, style];
    true [B, B]: whether a text (row) is true of a clip (column).
    """

    chosen: NDArray[np.int64]
    sound: Tensor
    texts: Batch
    style: Tensor
    true: Tensor


class TextSet:
    """Texts ready for the encoder: features, and their style vectors [texts, style]."""

    def __init__(self, texts: Sequence[str], style: TextEncoder, buckets: int) -> None:
        self.features: Texts = prepared(texts, buckets)
        self.style = np.stack([style.vector(text) for text in texts]).astype(np.float32) / np.float32(ONE)

    def batch(
        self, chosen: NDArray[np.int64], rng: np.random.Generator | None = None, drop: float = 0.0
    ) -> tuple[Batch, Tensor]:
        """Some of them; a share of features, and of whole style vectors, left out for training."""
        style = self.style[chosen]
        if rng is not None and drop:
            style = style * (rng.random((len(chosen), 1)) >= drop)
        return self.features.batch(chosen, rng, drop), torch.from_numpy(style.astype(np.float32))


class Pairs:
    """Clips of a split with `each` captions a clip, one after the other in `texts`."""

    def __init__(
        self, clips: Sequence[Described], space: LatentSpace, style: TextEncoder, buckets: int, seed: int,
        each: int,
    ) -> None:  # fmt: skip
        self.clips, self.space, self.each = clips, space, each
        wording = training_wording()
        self.captions: list[Caption] = [
            caption(wording, seed, clip, number) for clip in clips for number in range(each)
        ]
        self.texts = TextSet([made.text for made in self.captions], style, buckets)
        values: dict[str, int] = {"": -1}
        self._traits = _numbered([clip.traits for clip in clips], values)
        self._told = _numbered([made.told for made in self.captions], values)

    @property
    def identity(self) -> str:
        """SHA-256 of all captions."""
        return hashlib.sha256("\n".join(made.text for made in self.captions).encode()).hexdigest()

    def batch(
        self, seed: int, step: int, size: int, seconds: tuple[float, float], drop: float, noise: float
    ) -> PairBatch:
        """Random clips, a stretch of each as long as chance says, with one of its captions; a little noise,
        about what the codec's tokens take away.
        """
        rng = np.random.default_rng((seed, step))
        chosen = rng.choice(len(self.clips), size, replace=len(self.clips) < size)
        steps = int(RATE * rng.uniform(*seconds))
        sound = np.stack([self._stretch(at, steps, float(rng.random())) for at in chosen.tolist()])
        sound += np.float32(noise) * rng.standard_normal(sound.shape, np.float32)
        return self._paired(chosen, rng.integers(0, self.each, size), sound, rng, drop)

    def held_out(self, number: int, seconds: float) -> PairBatch:
        """All clips from their beginning, each with the caption of a number."""
        every = np.arange(len(self.clips))
        sound = np.stack([self._stretch(at, int(RATE * seconds), 0.0) for at in every.tolist()])
        return self._paired(every, np.full(len(every), number), sound, None, 0.0)

    def _stretch(self, at: int, steps: int, place: float) -> Floats:
        """Steps of a clip from a place on, 0 to 1; a shorter clip goes round."""
        clip = self.clips[at].clip
        first = int(place * max(0, clip.frames - steps * STACK))
        latents = latents_of(clip, len(self.space.mean))[first : first + steps * STACK]
        made = self.space.steps(np.asarray(latents, np.float32))
        return np.resize(made, (steps, made.shape[1]))

    def _paired(
        self, chosen: NDArray[np.int64], numbers: NDArray[np.int64], sound: Floats,
        rng: np.random.Generator | None, drop: float,
    ) -> PairBatch:  # fmt: skip
        rows = chosen * self.each + numbers
        true = torch.from_numpy(self.true(rows, chosen))
        return PairBatch(chosen, torch.from_numpy(sound), *self.texts.batch(rows, rng, drop), true)

    def true(self, captions: NDArray[np.int64], clips: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether captions (rows) are true of clips (columns)."""
        told = self._told[captions][:, None]
        return np.asarray(((told < 0) | (told == self._traits[clips][None])).all(-1))


def _numbered(rows: Sequence[Traits], values: dict[str, int]) -> NDArray[np.int64]:
    """Traits as numbers, equal ones equal; -1 for nothing."""
    return np.array([[values.setdefault(value, len(values)) for value in row] for row in rows], np.int64)
