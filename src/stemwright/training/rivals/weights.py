"""Weights as the rivals want them: several matrices one below the other, and made float again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def stacked(tensors: Mapping[str, np.ndarray], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """int8 [rows, columns] and float32 scales [rows] of all the matrices named."""
    weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
    return weight, np.concatenate([tensors[f"{name}.scale"] for name in names])


def dense(tensors: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    """The same as float32 [rows, columns]: exactly what the engine computes with."""
    weight, scale = stacked(tensors, names)
    made: np.ndarray = weight.astype(np.float32) * scale[:, None]
    return made
