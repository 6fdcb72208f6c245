"""The inverse real Fourier transform as two small matrix products, for a graph that has no transform.

One product with the whole basis costs 2560 x 2560 multiplications a frame and channel of the wide decoder,
more than all the rest of it, and would lie in its file. With k = k2 + A k1 and t = t1 + B t2, n = A B (J. W.
Cooley and J. W. Tukey, An Algorithm for the Machine Calculation of Complex Fourier Series, 1965)

    exp(2 pi i k t / n) = exp(2 pi i k1 t1 / B) exp(2 pi i k2 t1 / n) exp(2 pi i k2 t2 / A)

so that sums over k1 (for every k2) and then over k2 (for every t1) are enough: a fiftieth of it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class FactoredInverse(nn.Module):
    """Spectra ``[..., n / 2]`` (real, imaginary; the bin at half the rate is left out) to ``[..., n]``; n is
    ``a * b``, b even. What ``torch.fft.irfft`` gives, to rounding.
    """

    weight: Tensor
    columns: Tensor
    twiddle: Tensor
    rows: Tensor
    highest: Tensor
    """What the bin at half the rate adds to ``[n]`` where its real part is 1; for those that have it."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__()
        self.a, self.b = a, b
        n, half = a * b, b // 2
        weight = torch.full((half, a), 2.0 / n, dtype=torch.float64)
        weight[0, 0] = 1.0 / n
        inner = _turns(half, b, b)
        outer = _turns(a, a, a)
        between = _turns(a, b, n)
        columns = torch.cat((torch.cat((inner.real, inner.imag), 1), torch.cat((-inner.imag, inner.real), 1)))
        rows = torch.cat((outer.real, -outer.imag))
        self.register_buffer("weight", weight.float(), persistent=False)
        self.register_buffer("columns", columns.float(), persistent=False)  # [b, 2 b]
        self.register_buffer("twiddle", torch.view_as_real(between).float(), persistent=False)  # [a, b, 2]
        self.register_buffer("rows", rows.t().contiguous().float(), persistent=False)  # [a, 2 a]
        turns = 1.0 - 2.0 * (torch.arange(n) % 2)
        self.register_buffer("highest", turns / n, persistent=False)

    def forward(self, real: Tensor, imag: Tensor) -> Tensor:
        a, b = self.a, self.b
        shape = real.shape[:-1]
        y = [(part.reshape(*shape, b // 2, a) * self.weight).transpose(-1, -2) for part in (real, imag)]
        inner = torch.cat(y, dim=-1) @ self.columns  # [..., k2, t1]: real, then imaginary parts
        re, im = inner[..., :b], inner[..., b:]
        cos, sin = self.twiddle[..., 0], self.twiddle[..., 1]
        turned = torch.cat((re * cos - im * sin, re * sin + im * cos), dim=-2)
        return (self.rows @ turned).reshape(*shape, a * b)  # [..., t2, t1]


def _turns(rows: int, columns: int, n: int) -> Tensor:
    """exp(2 pi i r c / n): complex128 ``[rows, columns]``."""
    places = torch.arange(rows, dtype=torch.float64)[:, None] * torch.arange(columns, dtype=torch.float64)
    angle = 2 * math.pi * (places % n) / n
    return torch.complex(torch.cos(angle), torch.sin(angle))
