"""Multinomial logistic regression: a plain classifier that nobody tunes, in numpy, the same every time.

Conventions. Features [N, F] are standardised by the training rows, labels are 0..C-1. The loss is the
weighted mean of -log p plus l2 / 2 times the squares of the weights (not of the biases). It is convex;
STEPS accelerated gradient steps of the size that its curvature allows go down it from zero (Nesterov,
1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

STEPS = 200
L2 = 0.01


@dataclass(frozen=True, slots=True)
class Model:
    """`mean`, `scale`: of the features [F]; `weights` [F, C], `bias` [C]."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats


def validate(features: Floats, labels: NDArray[np.int64], of_rows: Floats) -> None:
    """ValueError unless features are finite [N, F], labels 0 or more, weights above 0, and N at least 1."""
    rows = len(features)
    if features.ndim != 2 or not rows or labels.shape != (rows,) or of_rows.shape != (rows,):
        raise ValueError(
            f"needs features [N, F], labels [N] and weights [N], not {features.shape}, {labels.shape}"
        )
    if not np.isfinite(features).all() or labels.min() < 0 or of_rows.min() <= 0:
        raise ValueError("features should be finite, labels 0 or more, and weights above 0")


def fit(features: ArrayLike, labels: ArrayLike, of_rows: ArrayLike | None = None, *, l2: float = L2) -> Model:
    """The model of features [N, F] and labels [N]; `of_rows`: how much each row weighs, 1 by default."""
    x, y = np.asarray(features, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    w = np.ones(len(x)) if of_rows is None else np.asarray(of_rows, dtype=np.float64)
    validate(x, y, w)
    w = w / w.sum()
    mean = w @ x
    scale = np.sqrt(w @ (x - mean) ** 2)
    scale[scale < 1e-9] = 1.0
    z = np.concatenate([(x - mean) / scale, np.ones((len(x), 1))], axis=1)
    wanted = np.eye(int(y.max()) + 1)[y]
    held = np.append(np.full(x.shape[1], l2), 0.0)[:, None]
    step = 1.0 / (0.5 * float(np.linalg.eigvalsh(z.T @ (w[:, None] * z))[-1]) + l2)
    now = before = np.zeros((z.shape[1], wanted.shape[1]))
    for turn in range(STEPS):
        ahead = now + turn / (turn + 3) * (now - before)
        slope = z.T @ (w[:, None] * (np.exp(_log_softmax(z @ ahead)) - wanted)) + held * ahead
        before, now = now, ahead - step * slope
    return Model(mean, scale, now[:-1], now[-1])


def log_probabilities(model: Model, features: ArrayLike) -> Floats:
    """log p of every class for features [N, F] [N, C]."""
    x = (np.asarray(features, dtype=np.float64) - model.mean) / model.scale
    return _log_softmax(x @ model.weights + model.bias)


def _log_softmax(scores: Floats) -> Floats:
    top = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=1, keepdims=True)))
