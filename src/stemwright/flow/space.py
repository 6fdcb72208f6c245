"""The space that a flow works in: a codec's latents before they are quantised, of unit size, three frames a
step; and back to the codec's tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import Tokens

Floats = npt.NDArray[np.float32]

STACK = 3
"""Frames of a step: 25 steps a second."""


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """``mean``, ``scale`` [latent] of the codec's latents; ``codebooks`` [K, V, latent]: the vectors that its
    tokens stand for, as residuals (arXiv 2107.03312)."""

    mean: Floats
    scale: Floats
    codebooks: Floats

    @property
    def width(self) -> int:
        """Numbers of a step."""
        return STACK * len(self.mean)

    def steps(self, latents: Floats) -> Floats:
        """Latents [T, latent] as steps [ceil(T / 3), 3 * latent]; the last frame is held to fill the last."""
        return stacked((latents - self.mean) / self.scale)

    def latents(self, steps: Floats, frames: int) -> Floats:
        """The first ``frames`` latents [frames, latent] of steps [N, 3 * latent]."""
        flat = steps.reshape(-1, len(self.mean))[:frames]
        return flat * self.scale + self.mean

    def tokens(self, latents: Floats) -> Tokens:
        """The nearest tokens uint16 [K, T] of latents [T, latent], codebook after codebook."""
        rest = latents.astype(np.float32, copy=True)
        out = np.empty((len(self.codebooks), len(latents)), np.uint16)
        for level, book in enumerate(self.codebooks):
            index = np.argmax(rest @ book.T - 0.5 * np.square(book).sum(-1), axis=-1)
            out[level] = index
            rest -= book[index]
        return out

    def of_tokens(self, tokens: Tokens) -> Floats:
        """The latents [T, latent] that tokens [K, T] stand for."""
        made: Floats = np.sum(
            [book[codes] for book, codes in zip(self.codebooks, tokens, strict=True)], axis=0
        )
        return made.astype(np.float32)


def stacked(frames: Floats) -> Floats:
    """Rows [T, F] as [ceil(T / 3), 3 * F]; the last row is held to fill the last step."""
    spare = -len(frames) % STACK
    held = np.concatenate([frames, np.repeat(frames[-1:], spare, axis=0)]) if spare else frames
    return np.ascontiguousarray(held.reshape(-1, STACK * frames.shape[1]), np.float32)
