"""The inverse short-time Fourier transform at a hop of a quarter frame."""

from __future__ import annotations

import math

import torch
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


def inverse_basis(n_fft: int) -> Tensor:
    """The windowed inverse real Fourier transform as a matrix ``[2 * (n_fft / 2 + 1), n_fft]`` (real rows,
    then imaginary).
    """
    bins = n_fft // 2 + 1
    angle = (
        2
        * math.pi
        * torch.arange(bins, dtype=torch.float64)[:, None]
        * torch.arange(n_fft, dtype=torch.float64)
        / n_fft
    )
    weight = torch.full((bins, 1), 2.0 / n_fft, dtype=torch.float64)
    weight[0] = weight[-1] = 1.0 / n_fft
    window = torch.hann_window(n_fft, dtype=torch.float64) / 1.5
    basis = torch.cat((weight * torch.cos(angle), -weight * torch.sin(angle))) * window
    return basis.float()
