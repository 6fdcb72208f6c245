"""Latents as steps of unit size, and the nearest tokens."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.flow.space import STACK, LatentSpace, stacked


def space(seed: int = 0, books: int = 3, size: int = 8, latent: int = 5) -> LatentSpace:
    rng = np.random.default_rng(seed)
    mean, scale = rng.normal(size=latent), rng.uniform(0.5, 2, latent)
    made = rng.normal(size=(books, size, latent)) * 2.0 ** -np.arange(books)[:, None, None]
    return LatentSpace(*(np.asarray(each, np.float32) for each in (mean, scale, made)))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(0, 99))
def test_steps_are_the_latents_again(frames: int, seed: int) -> None:
    own = space(seed)
    latents = np.random.default_rng(seed).normal(size=(frames, 5)).astype(np.float32)
    steps = own.steps(latents)
    assert steps.shape == (-(-frames // STACK), own.width)
    np.testing.assert_allclose(own.latents(steps, frames), latents, atol=1e-5)


def test_the_last_row_is_held() -> None:
    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    assert stacked(rows).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 6, 7, 6, 7]]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 99))
def test_tokens_are_the_nearest_one_codebook_after_the_other(seed: int) -> None:
    own = space(seed)
    latents = np.random.default_rng(seed).normal(size=(6, 5)).astype(np.float32)
    for frame, codes in zip(latents, own.tokens(latents).T, strict=True):
        rest = frame.copy()
        for book, code in zip(own.codebooks, codes, strict=True):
            far = np.square(rest - book).sum(-1)
            assert far[code] <= far.min() + 1e-5
            rest = rest - book[code]


def test_tokens_stand_for_sums_of_vectors() -> None:
    own = space()
    codes = np.array([[1, 0], [2, 7], [3, 3]], np.uint16)
    wanted = own.codebooks[0, 1] + own.codebooks[1, 2] + own.codebooks[2, 3]
    np.testing.assert_allclose(own.of_tokens(codes)[0], wanted, rtol=1e-6)
