"""Weights as int8 with one scale a row, symmetric: w = int8 * scale. So bundles hold them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]


def quantise(weight: Floats) -> tuple[Codes, Floats]:
    """int8 [rows, columns] in -127..127 and float32 scales [rows] of a matrix; a row of zeros has scale 1."""
    peak = np.abs(weight).max(axis=1)
    scale = np.where(peak > 0, peak / np.float32(127), np.float32(1)).astype(np.float32)
    return np.clip(np.rint(weight / scale[:, None]), -127, 127).astype(np.int8), scale


def dense(codes: Codes, scale: Floats) -> Floats:
    """float32 [rows, columns]: exactly the weights that the engine computes with."""
    made: Floats = codes.astype(np.float32) * scale[:, None]
    return made
