"""One step of the wide decoder's training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stemwright.training.codec.fitting import Fitting, FittingPlan
from stemwright.training.codec.model import CodecModel
from stemwright.training.wide.losses import WideLoss
from stemwright.training.wide.model import BLOCKS_MORE, WIDE_HOP, WideModel, begun, sides


class Batch(NamedTuple):
    """Codes int64 ``[batch, 8, frames]``; middle and side float32 ``[batch, 2, frames * 640]`` as they should
    sound.
    """

    codes: npt.NDArray[np.int64]
    sound: npt.NDArray[np.float32]


@dataclass(frozen=True)
class WideRecipe(FittingPlan):
    """What the wide decoder's training does, beside its budget."""

    batch: int = 6
    frames: int = 150
    rate: float = 6e-4
    mel: float = 2.0
    side: float = 0.5  # weight of the side's loss
    blocks_more: int = BLOCKS_MORE  # than the codec's decoder has
    edge: int = 8  # frames at either end of a segment that lack what is beside them, and are not judged
    adversary: float = 0.0
    valid_count: int = 48
    valid_minutes: float = 5.0


class WideTrainer(Fitting):
    """One training run in memory, begun with the weights of a codec; ``tokens`` is the identity of its
    tokens.
    """

    model: WideModel
    recipe: WideRecipe
    loss: WideLoss
    turns = ((1024, 4096), (512, 2048))

    def __init__(
        self, codec: CodecModel, tokens: str, recipe: WideRecipe, device: torch.device, seed: int
    ) -> None:
        torch.manual_seed(seed)
        model = begun(codec, recipe.blocks_more)
        super().__init__(
            model,
            model.decoder,
            model.decoder.head,
            WideLoss(recipe.mel, recipe.side),
            recipe,
            recipe.rate,
            device,
            seed,
            {"config": model.config.to_json(), "tokens": tokens},
        )

    def step(self, batch: Batch, rate: float, done: float) -> dict[str, float]:
        """One optimiser step, the share ``done`` of the budget being over."""
        torch.manual_seed((self.seed << 32) + self.draw)
        codes, target = (torch.from_numpy(part).to(self.device) for part in batch)
        self.model.train()
        with self.autocast():
            output = self.model(codes)
        inner = slice(self.recipe.edge * WIDE_HOP, output.shape[-1] - self.recipe.edge * WIDE_HOP)
        made = self._descend(output[..., inner], target[..., inner], rate, done)
        return {k: float(v.detach()) for k, v in made.items()}

    def _heard_by(self, audio: Tensor) -> Tensor:
        """Left and right, ``[2 * items, samples]``."""
        return sides(audio).flatten(0, 1)
