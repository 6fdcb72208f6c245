"""The smooth part of a curve, so that what is left can be measured."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEGREE = 2


def less_trend(curve: ArrayLike, count: int) -> NDArray[np.float64]:
    """`curve` [N] less the parabola through the `count` values around each (Savitzky and Golay 1964).

    Near the ends that of the first or last `count`. `count` is made odd, and smaller for short curves;
    fewer than four values have no rest.
    """
    values = np.asarray(curve, dtype=np.float64)
    count = min(count, len(values) - 1 + len(values) % 2)
    count -= 1 - count % 2
    if count <= DEGREE:
        return np.zeros(len(values))
    places = np.vander(np.linspace(-1.0, 1.0, count), DEGREE + 1)
    fit = places @ np.linalg.pinv(places)
    half = count // 2
    smooth = np.concatenate(
        [
            fit[:half] @ values[:count],
            np.lib.stride_tricks.sliding_window_view(values, count) @ fit[half],
            fit[half + 1 :] @ values[-count:],
        ]
    )
    return np.asarray(values - smooth)
