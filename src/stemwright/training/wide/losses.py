"""The wide decoder's loss: that of the codec on middle and side, with windows of the same lengths in seconds.

The codec's tokens say nothing about the side but what the sound itself suggests. Its mel distance, which asks
for a level and no phase, has a higher floor, so that what is narrow counts as mono.
"""

from __future__ import annotations

from torch import Tensor, nn

from stemwright.evaluation.stereo import RATE, RESOLUTIONS
from stemwright.training.codec.losses import ReconstructionLoss

SIDE_FLOOR = 1e-3


class WideLoss(nn.Module):
    """Middle and, with the weight ``side``, side of audio ``[batch, 2, samples]`` against its target."""

    def __init__(self, mel: float = 1.0, side: float = 0.5) -> None:
        super().__init__()
        self.middle = ReconstructionLoss(RATE, mel=mel, resolutions=RESOLUTIONS)
        self.side = ReconstructionLoss(RATE, mel=mel, resolutions=RESOLUTIONS, floor=SIDE_FLOOR)
        self.weight = side

    def forward(
        self, output: Tensor, target: Tensor, sizes: tuple[int, ...] | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Total loss and its detached parts; ``sizes`` picks window lengths."""
        middle, parts = self.middle(output[:, 0], target[:, 0], sizes)
        side, its = self.side(output[:, 1], target[:, 1], sizes)
        return middle + self.weight * side, parts | {f"side_{name}": value for name, value in its.items()}
