"""The inverse short-time Fourier transform at a hop of a quarter frame."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

EDGE = 2
"""Frames that decoders with an inverse STFT add on either side: four frames overlap everywhere then."""


def overlapped(pieces: Tensor, hop: int) -> Tensor:
    """Frames ``[batch, T + 4, 4 * hop]``, each a hop after the one before, added up: ``[batch, T * hop]``."""
    batch, count, size = pieces.shape
    parts = pieces.reshape(batch, count, 4, hop)
    rows = F.pad(parts[:, :, 0], (0, 0, 0, 3))
    for i in range(1, 4):
        rows = rows + F.pad(parts[:, :, i], (0, 0, i, 3 - i))
    start = EDGE * hop + (size - hop) // 2
    return rows.reshape(batch, (count + 3) * hop)[:, start : start + (count - 2 * EDGE) * hop]
