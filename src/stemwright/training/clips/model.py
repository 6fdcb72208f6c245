"""The two encoders as PyTorch trains them: clips of latents, and texts of sounds (`text/sound` runs these in
whole numbers), side by side in one space (CLIP: Radford et al., arXiv 2103.00020).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize

from stemwright.flow.space import STACK

SHARPEST = 100.0
"""What products of vectors are multiplied by at most."""


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """`latent`: numbers of a frame; `width`, `blocks` of the network; `size` of its vectors."""

    latent: int
    width: int = 128
    blocks: int = 4
    size: int = 512

    def to_json(self) -> dict[str, int]:
        """The fields, for a manifest."""
        return asdict(self)


class Block(nn.Module):
    """A dilated convolution over steps and a mixing of channels, added to what is there."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, width] -> the same shape."""
        seen = self.conv(self.norm(x).transpose(1, 2)).transpose(1, 2)
        out: Tensor = x + self.mix(gelu(seen))
        return out


class ClipModel(nn.Module):
    """Steps of unit size as vectors: two steps become one, blocks see further and further, then mean,
    deviation and maximum over time.
    """

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        width = config.width
        self.first = nn.Conv1d(STACK * config.latent, width, 2, stride=2)
        self.blocks = nn.ModuleList(Block(width, 1 << at % 4) for at in range(config.blocks))
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(3 * width, config.size)

    def forward(self, steps: Tensor) -> Tensor:
        """steps [B, N, 3 * latent] -> vectors [B, size] of length 1."""
        x = self.first(steps.transpose(1, 2)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x).float()
        mean = x.mean(1)
        spread = ((x - mean[:, None]).square().mean(1) + 1e-4).sqrt()
        pooled = torch.cat([mean, spread, x.amax(1)], 1)
        return normalize(self.out(self.drop(pooled)).float(), dim=1)


class SoundModel(nn.Module):
    """A text's style vector and rows of a table, weighed and added up, through one hidden layer."""

    def __init__(self, style: int, shape: dict[str, int], telling: Tensor) -> None:
        super().__init__()
        self.table = nn.Embedding(shape["buckets"], shape["width"])
        nn.init.normal_(self.table.weight, std=0.3)
        self.hidden = nn.Linear(style + shape["width"], shape["hidden"], bias=False)
        self.out = nn.Linear(shape["hidden"], shape["size"], bias=False)
        self.telling: Tensor
        self.register_buffer("telling", telling, persistent=False)

    def forward(self, where: Tensor, weights: Tensor, starts: Tensor, style: Tensor) -> Tensor:
        """Vectors [texts, size] of length 1; `style` [texts, style], the rest as `TextModel` has it."""
        pooled = nn.functional.embedding_bag(
            where, self.table.weight, starts, mode="sum", per_sample_weights=weights * self.telling[where]
        )
        whole = torch.cat([style, normalize(pooled, dim=1)], 1)
        hidden = normalize(torch.relu(self.hidden(whole)), dim=1)
        return normalize(self.out(hidden), dim=1)


class PairModel(nn.Module):
    """Both, how sharply they are compared, and what a teacher's sentences of so many numbers (0: there is
    none) go through.
    """

    def __init__(
        self, clips: ClipConfig, style: int, sound: dict[str, int], telling: Tensor, sentences: int
    ) -> None:
        super().__init__()
        self.clips, self.texts = ClipModel(clips), SoundModel(style, sound, telling)
        if sentences:
            self.taught = nn.Sequential(nn.Linear(sentences, 256), nn.GELU(), nn.Linear(256, clips.size))
        self.scale = nn.Parameter(torch.tensor(math.log(14.0)))

    def sharpness(self) -> Tensor:
        """What products are multiplied by."""
        return self.scale.exp().clamp(max=SHARPEST)
