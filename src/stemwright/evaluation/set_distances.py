"""Distribution: how far a set of sounds lies from a reference set, in some embedding.

Conventions. Sets are vectors of clips [N, D], for instance of `embedding.embed`. A figure means nothing
without the embedding, the reference set, N and the clip length: `evaluate` returns all of them that it knows.

- *FAD*, Frechet audio distance (Kilgour et al., arXiv 1812.08466; lower is better): squared distance of means
  plus tr(A + B - 2 (AB)^1/2) of the covariances. The last trace is the sum of the singular values of
  R_a R_b', where R is the triangle of the QR factors of the centred vectors over root N - 1: no matrix root,
  no complex numbers, right for fewer clips than dimensions. No shrinkage: covariances are the samples' own.
- *FAD at infinity* (Gui et al., arXiv 2311.01616): FAD of random subsets of both sets of one size n, a line
  through them over 1/n, its height at 0. FAD of small samples is too large, by about c/n. It can be below 0.
- *Songs*: FAD of each song's clips to the reference; what lies far out is listed by `outliers`.
- *KAD*, kernel audio distance (Chung et al., arXiv 2502.15602; lower is better): 100 times the unbiased
  squared maximum mean discrepancy with a Gaussian kernel exp(-d^2 / 2 s^2), s the median distance between the
  vectors of the reference (the authors' kadtk takes it from the set that it judges). Unbiased: about 0 for
  equal distributions, at times below.

Control: two halves of the reference against each other (`halves`). Floor: another layer's set.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vectors = NDArray[np.float64]

KAD_SCALE = 100.0
SIZES = 8
REPEATS = 4
MOST_FOR_MEDIAN = 2000
OUTLIER = 3.0


def validate(reference: ArrayLike, estimate: ArrayLike) -> None:
    """ValueError unless both are finite [N, D] with one D and at least two vectors."""
    for name, vectors in (("reference", np.asarray(reference)), ("estimate", np.asarray(estimate))):
        if vectors.ndim != 2 or len(vectors) < 2:
            raise ValueError(f"{name} should be [N, D] with N at least 2, has shape {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError(f"{name} should be finite")
    if np.shape(reference)[1] != np.shape(estimate)[1]:
        raise ValueError(f"sets have {np.shape(reference)[1]} and {np.shape(estimate)[1]} dimensions")


def fad(reference: ArrayLike, estimate: ArrayLike) -> float:
    """Frechet distance of the Gaussians of two sets [N, D], [M, D]; squared, as the field reports it."""
    validate(reference, estimate)
    first, second = np.asarray(reference, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    between = first.mean(axis=0) - second.mean(axis=0)
    a, b = _triangle(first), _triangle(second)
    shared = float(np.linalg.svd(a @ b.T, compute_uv=False).sum())
    distance = float(between @ between) + float((a**2).sum()) + float((b**2).sum()) - 2 * shared
    return max(distance, 0.0)


def fad_infinity(reference: ArrayLike, estimate: ArrayLike, seed: int = 0) -> tuple[float, float]:
    """FAD extrapolated to infinitely many clips, and r^2 of the line.

    SIZES sizes from a third of the smaller set to all of it, evenly spaced in 1/n, REPEATS draws of each
    without putting back. ValueError for fewer than 12 clips.
    """
    validate(reference, estimate)
    first, second = np.asarray(reference, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    most = min(len(first), len(second))
    if most < 12:
        raise ValueError(f"only {most} clips; extrapolation needs at least 12 in each set")
    rng = np.random.default_rng(seed)
    inverse, values = [], []
    for size in np.rint(1.0 / np.linspace(3.0 / most, 1.0 / most, SIZES)).astype(int).tolist():
        for _ in range(REPEATS):
            a, b = (s[rng.permutation(len(s))[:size]] for s in (first, second))
            inverse.append(1.0 / size)
            values.append(fad(a, b))
    slope, height = np.polyfit(inverse, values, 1)
    rest = np.array(values) - (slope * np.array(inverse) + height)
    spread = float(np.var(values))
    return float(height), 1.0 - float(np.var(rest)) / spread if spread > 0 else 1.0


def median_distance(vectors: ArrayLike) -> float:
    """Median distance between two of `vectors` [N, D]; of an even choice of MOST_FOR_MEDIAN where more."""
    have = np.asarray(vectors, dtype=np.float64)
    if len(have) > MOST_FOR_MEDIAN:
        have = have[np.linspace(0, len(have) - 1, MOST_FOR_MEDIAN).astype(int)]
    upper = np.triu_indices(len(have), 1)
    return float(np.median(np.sqrt(_squared_distances(have, have)[upper])))


def kad(reference: ArrayLike, estimate: ArrayLike, bandwidth: float | None = None) -> float:
    """Kernel audio distance of two sets; `bandwidth`: the median distance of the reference unless given.

    ValueError where all vectors of the reference are one and no bandwidth is given.
    """
    validate(reference, estimate)
    first, second = np.asarray(reference, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    width = median_distance(first) if bandwidth is None else bandwidth
    if not width > 0:
        raise ValueError("the reference's vectors are all the same; give a bandwidth above 0")

    def kernel(a: Vectors, b: Vectors) -> Vectors:
        return np.asarray(np.exp(-_squared_distances(a, b) / (2 * width**2)))

    def within(a: Vectors) -> float:
        return float((kernel(a, a).sum() - len(a)) / (len(a) * (len(a) - 1)))

    return KAD_SCALE * (within(first) + within(second) - 2 * float(kernel(first, second).mean()))


def halves(vectors: ArrayLike, seed: int = 0) -> tuple[Vectors, Vectors]:
    """Two random halves of a set [N, D], the control; an odd one belongs to the second.

    Clips of one song are alike: give the vectors of whole songs to each half where songs are known.
    """
    have = np.asarray(vectors, dtype=np.float64)
    order = np.random.default_rng(seed).permutation(len(have))
    return have[order[: len(have) // 2]], have[order[len(have) // 2 :]]


def by_song(reference: ArrayLike, songs: Mapping[str, ArrayLike]) -> "OrderedDict[str, float]":
    """FAD of each song's vectors [n, D] to the reference, farthest first; songs of one clip are left out."""
    found = {name: fad(reference, have) for name, have in songs.items() if len(np.asarray(have)) > 1}
    return OrderedDict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def outliers(distances: Mapping[str, float]) -> list[str]:
    """Songs whose distance is OUTLIER robust deviations (1.4826 MAD) above the median, farthest first."""
    values = np.array(list(distances.values()))
    if len(values) < 3:
        return []
    middle = float(np.median(values))
    limit = middle + OUTLIER * 1.4826 * float(np.median(np.abs(values - middle)))
    far = [(value, name) for name, value in distances.items() if value > limit]
    return [name for value, name in sorted(far, key=lambda pair: (-pair[0], pair[1]))]


def evaluate(reference: ArrayLike, estimate: ArrayLike, seed: int = 0) -> "OrderedDict[str, Any]":
    """fad, fad_infinity and fad_r2 (None below 12 clips), kad, clips, reference_clips, dimensions."""
    validate(reference, estimate)
    most = min(len(np.asarray(reference)), len(np.asarray(estimate)))
    infinite, fit = fad_infinity(reference, estimate, seed) if most >= 12 else (None, None)
    return OrderedDict(
        fad=fad(reference, estimate),
        fad_infinity=infinite,
        fad_r2=fit,
        kad=kad(reference, estimate),
        clips=len(np.asarray(estimate)),
        reference_clips=len(np.asarray(reference)),
        dimensions=int(np.shape(reference)[1]),
    )


def _triangle(vectors: Vectors) -> Vectors:
    """R [min(N, D), D] with R'R the covariance of `vectors` [N, D]."""
    centred = (vectors - vectors.mean(axis=0)) / np.sqrt(len(vectors) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r"))


def _squared_distances(a: Vectors, b: Vectors) -> Vectors:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.maximum(squares, 0.0))
