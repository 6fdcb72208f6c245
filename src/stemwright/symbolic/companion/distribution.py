"""The four distributions of an event's parts as plain probabilities over values, and drawing from them.

Time and velocity are mixtures of discretised, censored logistics: a value's probability is the mass between
its edges, and the outermost values take what lies beyond them (Salimans et al., arXiv 1701.05517, equation
2). Everything is a list of probabilities in the end, so that bounds are masks and quantiles are exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Reals = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TIME_WIDTHS = (-7.0, 2.0)
"""Lowest and highest logarithm of a component's width."""
VELOCITY_WIDTHS = (-7.0, 2.0)
TIME_FLOOR = 2e-4
"""Share of the floor in every time's distribution."""
VELOCITY_FLOOR = 2e-4
_STEADY = 1e-3
"""The temperature that 0 stands for where a component's width is divided by it."""
_COLD = 1e-6
"""Temperatures below it are 0."""
_FAR = 30.0
"""Beyond so many widths a logistic is 0 or 1 in float32."""


class Mixture:
    """Discretised mixtures over values between `edges` [n - 1]: values -> probabilities [n]. `floor` [n]
    has the share `share` in each. Scratch memory is made once; for one thread at a time.
    """

    def __init__(
        self, edges: Reals, components: int, widths: tuple[float, float], floor: Reals, share: float
    ) -> None:
        self._edges = edges.astype(np.float32)[:, None]
        self._widths, self._floor, self._share = widths, floor * share, 1.0 - share
        self._scratch = np.empty((len(edges), components), np.float32)
        self._below = np.zeros(len(edges) + 2)
        self._below[-1] = 1.0
        self._made = np.empty(len(edges) + 1)

    def probabilities(self, raw: Floats, choice: float = 1.0, spread: float = 1.0) -> Reals:
        """Of raw numbers [3 x components]: logits, places, logarithms of widths. `choice`: temperature of the
        components' weights, `spread` of their widths. The array is overwritten by the next call."""
        weight, place, width = raw.reshape(3, -1)
        scale = np.exp(-np.clip(width, *self._widths)) / np.float32(max(spread, _STEADY))
        x = np.subtract(self._edges, place, out=self._scratch)
        np.multiply(x, -scale, out=x)
        np.clip(x, -_FAR, _FAR, out=x)
        np.exp(x, out=x)
        np.add(x, 1.0, out=x)
        np.reciprocal(x, out=x)
        weights = softmax(weight, choice).astype(np.float32)
        self._below[1:-1] = np.einsum("ij,j->i", x, weights)
        made = np.subtract(self._below[1:], self._below[:-1], out=self._made)
        np.maximum(made, 0.0, out=made)
        np.multiply(made, self._share, out=made)
        return np.add(made, self._floor, out=made)


def softmax(logits: Floats, temperature: float = 1.0) -> Reals:
    """Probabilities of logits; at temperature 0 the best has all."""
    x = logits.astype(np.float64)
    if temperature < _COLD:
        out = np.zeros(len(x))
        out[int(x.argmax())] = 1.0
        return out
    x = np.exp((x - x.max()) / temperature)
    return np.asarray(x / x.sum())


def tempered(probabilities: Reals, temperature: float) -> Reals:
    """Probabilities to the power 1 / temperature, not normalised; at temperature 0 the best alone."""
    if temperature == 1.0:
        return probabilities
    if temperature < _COLD:
        return np.asarray(np.arange(len(probabilities)) == probabilities.argmax(), np.float64)
    best = max(float(probabilities.max()), 1e-300)
    return np.asarray((probabilities / best) ** (1.0 / temperature))


def draw(
    probabilities: Reals, allowed: Mask, uniform: float, quantile: tuple[float, float] = (0.0, 1.0)
) -> int:
    """The value at `uniform` (0..1, below 1) of the distribution of the allowed values, which are at least
    one: between its quantiles, where these are narrower than (0, 1). Where all allowed values have no
    probability, each has the same.
    """
    masses = np.where(allowed, probabilities, 0.0)
    total = float(masses.sum())
    if not total > 0:
        masses = allowed.astype(np.float64)
        total = float(masses.sum())
    point = (quantile[0] + uniform * (quantile[1] - quantile[0])) * total
    found = int(np.searchsorted(np.cumsum(masses), point, side="right"))
    last = int(np.flatnonzero(masses)[-1])
    return min(found, last)
