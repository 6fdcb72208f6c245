"""The text encoder as PyTorch trains it; `text/encoder` runs it in whole numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from stemwright.text.features import BUCKETS


class TextModel(nn.Module):
    """Rows of a table, weighed and added up, through one hidden layer; styles as vectors of the same kind."""

    def __init__(self, width: int, hidden: int, size: int, styles: int, telling: Tensor) -> None:
        super().__init__()
        self.table = nn.Embedding(BUCKETS, width)
        nn.init.normal_(self.table.weight, std=0.3)
        self.hidden = nn.Linear(width, hidden, bias=False)
        self.out = nn.Linear(hidden, size, bias=False)
        self.styles = nn.Parameter(torch.randn(styles, size))
        self.telling: Tensor
        self.register_buffer("telling", telling, persistent=False)

    def forward(self, where: Tensor, weights: Tensor, starts: Tensor) -> Tensor:
        """Vectors [texts, size] of length 1; `where`, `weights` [features], each text from its start on."""
        pooled = nn.functional.embedding_bag(
            where, self.table.weight, starts, mode="sum", per_sample_weights=weights * self.telling[where]
        )
        hidden = normalize(torch.relu(self.hidden(normalize(pooled, dim=1))), dim=1)
        return normalize(self.out(hidden), dim=1)

    def named(self) -> Tensor:
        """The styles' vectors [styles, size] of length 1."""
        return normalize(self.styles, dim=1)
