"""A curve in text: braille, whose characters have two by four dots, or plain ASCII."""

from __future__ import annotations

import numpy as np

from stemwright.assess.curves import Points

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot in a braille character, by row and column (Unicode, braille patterns)."""
BLANK = 0x2800
EARLY = 0.05
"""The share of the time whose values may lie above the picture: a run's first ones would flatten the rest."""


def span(points: Points) -> tuple[float, float]:
    """The lowest and highest value that a picture of these points shows; (0, 1) for none."""
    if not points:
        return 0.0, 1.0
    values = [value for _, value in points]
    start = points[0][0] + EARLY * (points[-1][0] - points[0][0])
    late = [value for seconds, value in points if seconds >= start]
    return min(values), max(late or values)


def drawn(points: Points, width: int, height: int, braille: bool = True) -> list[str]:
    """Lines of text of `width` by `height` characters: the points over time, joined."""
    columns, rows = (2 * width, 4 * height) if braille else (width, height)
    grid = np.zeros((rows, columns), bool)
    places = _places(points, columns, rows)
    for (x0, y0), (x1, y1) in zip(places, places[1:] or places, strict=False):
        count = max(abs(x1 - x0), abs(y1 - y0)) + 1
        x, y = (np.rint(np.linspace(a, b, count)).astype(int) for a, b in ((x0, x1), (y0, y1)))
        grid[rows - 1 - y, x] = True
    if not braille:
        return ["".join("*" if dot else " " for dot in row) for row in grid]
    codes = (grid.reshape(height, 4, width, 2) * DOTS[None, :, None]).sum((1, 3)) + BLANK
    return ["".join(map(chr, row)) for row in codes.tolist()]


def _places(points: Points, columns: int, rows: int) -> list[tuple[int, int]]:
    """Column and row, from the bottom, of points: those of one column in the mean."""
    if not points:
        return []
    seconds, values = np.array(points, float).T
    low, high = span(points)
    wide, tall = seconds[-1] - seconds[0], high - low
    x = np.rint((seconds - seconds[0]) / wide * (columns - 1) if wide > 0 else 0 * seconds).astype(int)
    x = np.clip(x, 0, columns - 1)
    sums, counts = np.bincount(x, values, columns), np.bincount(x, minlength=columns)
    used = np.flatnonzero(counts)
    means = sums[used] / counts[used]
    y = (np.clip(means, low, high) - low) / tall * (rows - 1) if tall > 0 else 0 * means + (rows - 1) / 2
    return list(zip(used.tolist(), np.rint(y).astype(int).tolist(), strict=True))
