"""Residual vector quantisation, as in SoundStream (arXiv 2107.03312) and EnCodec (arXiv 2210.13438)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.training.codec.config import CodecConfig

_TYPICAL_VECTORS = 900
"""Of a training batch."""


class ResidualQuantiser(nn.Module):
    """Residual vector quantisation with codebooks learnt by moving averages.

    Codebooks ``[K, V, latent]`` are buffers: no gradient reaches them. Codes that stay unused are revived
    from
    the current batch. Call :meth:`update` only in training.
    """

    codebooks: Tensor
    counts: Tensor
    sums: Tensor
    ready: Tensor

    def __init__(self, config: CodecConfig, decay: float = 0.99) -> None:
        super().__init__()
        self.decay = decay
        shape = (config.codebooks, config.codebook_size, config.latent)
        self.register_buffer("codebooks", torch.zeros(shape))
        self.register_buffer("counts", torch.zeros(shape[:2]))
        self.register_buffer("sums", torch.zeros(shape))
        self.register_buffer("ready", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def resume(self) -> None:
        """Make the moving averages fit given codebooks, each code equally used."""
        self.counts.fill_(_TYPICAL_VECTORS / self.codebooks.shape[1])
        self.sums.copy_(self.codebooks * self.counts[..., None])
        self.ready.fill_(1)

    def nearest(self, residual: Tensor, level: int) -> Tensor:
        """Index of the nearest code of one level. residual ``[..., latent]`` -> int64 ``[...]``."""
        book = self.codebooks[level]
        return torch.argmax(residual @ book.t() - 0.5 * (book * book).sum(-1), dim=-1)

    def encode(self, z: Tensor) -> Tensor:
        """Latents ``[batch, frames, latent]`` to codes ``[batch, K, frames]``."""
        codes = []
        for level in range(self.codebooks.shape[0]):
            index = self.nearest(z, level)
            z = z - F.embedding(index, self.codebooks[level])
            codes.append(index)
        return torch.stack(codes, dim=1)

    def decode(self, codes: Tensor) -> Tensor:
        """Codes ``[batch, K', frames]`` (the first K' levels) to latents ``[batch, frames, latent]``."""
        out = F.embedding(codes[:, 0], self.codebooks[0])
        for level in range(1, codes.shape[1]):
            out = out + F.embedding(codes[:, level], self.codebooks[level])
        return out

    def forward(self, z: Tensor, levels: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Quantise with straight-through gradients.

        ``levels`` ``[batch]`` says how many codebooks each item keeps (quantiser dropout). Returns the
        quantised latents, the
        commitment loss (relative to the latents' own power) and the number of distinct codes of each level
        ``[K]``.
        """
        residual, quantised = z, torch.zeros_like(z)
        commit = z.new_zeros(())
        used = []
        for level in range(self.codebooks.shape[0]):
            flat = residual.detach().reshape(-1, z.shape[-1])
            if self.training:
                self._start(flat, level)
            index = self.nearest(residual.detach(), level)
            code = F.embedding(index, self.codebooks[level])
            commit = commit + F.mse_loss(residual, code)
            if self.training:
                self._update(flat, index.reshape(-1), level)
            used.append(int((torch.bincount(index.reshape(-1), minlength=1) > 0).sum()))
            residual = residual - code
            keep = code if levels is None else code * (levels > level).to(code.dtype)[:, None, None]
            quantised = quantised + keep
        if self.training:
            self.ready.fill_(1)
        return z + (quantised - z).detach(), commit, torch.tensor(used)

    @torch.no_grad()
    def _pick(self, flat: Tensor, n: int) -> Tensor:
        index = torch.randint(flat.shape[0], (n,), device=flat.device)
        return flat[index]

    @torch.no_grad()
    def _start(self, flat: Tensor, level: int) -> None:
        """First batch: codes are drawn from it."""
        if int(self.ready) == 0:
            picked = self._pick(flat, self.codebooks.shape[1])
            self.codebooks[level] = picked + 0.01 * flat.std() * torch.randn_like(picked)
            self.counts[level] = 1.0
            self.sums[level] = self.codebooks[level]

    @torch.no_grad()
    def _update(self, flat: Tensor, index: Tensor, level: int) -> None:
        """Moving averages of each code's vectors; codes hardly used are replaced by vectors of the batch."""
        size = self.codebooks.shape[1]
        counts = torch.zeros_like(self.counts[level]).index_add_(0, index, torch.ones_like(flat[:, 0]))
        sums = torch.zeros_like(self.sums[level]).index_add_(0, index, flat)
        self.counts[level].lerp_(counts, 1 - self.decay)
        self.sums[level].lerp_(sums, 1 - self.decay)
        dead = self.counts[level] < 0.25 * flat.shape[0] / size
        fresh = self._pick(flat, size)
        self.sums[level] = torch.where(dead[:, None], fresh, self.sums[level])
        self.counts[level] = torch.where(dead, torch.ones_like(self.counts[level]), self.counts[level])
        self.codebooks[level] = self.sums[level] / self.counts[level].clamp_min(1e-6)[:, None]
