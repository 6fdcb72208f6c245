"""One step of the codec's training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from stemwright.training.codec.config import CodecConfig
from stemwright.training.codec.fitting import Fitting, FittingPlan
from stemwright.training.codec.losses import ReconstructionLoss
from stemwright.training.codec.model import CodecModel


@dataclass(frozen=True)
class Recipe(FittingPlan):
    """What the codec's training does, beside its budget."""

    learning_rate: float = 1e-3
    warm_rate: float = 7e-4  # instead, from a finished bundle
    warm_mel: float = 2.0  # likewise: at 1 loud bands end 5 dB weak; from nothing, at 2 no phase is learnt
    commitment: float = 0.25
    dropout: float = 0.25  # share of items that keep fewer codebooks


class Trainer(Fitting):
    """One training run in memory.

    ``start`` is a network to begin with. ``keep_tokens`` is the identity of its tokens where they must stay
    as they are: then only the decoder is trained.
    """

    model: CodecModel
    recipe: Recipe
    loss: ReconstructionLoss

    def __init__(
        self,
        config: CodecConfig,
        recipe: Recipe,
        device: torch.device,
        seed: int,
        *,
        start: CodecModel | None = None,
        keep_tokens: str | None = None,
    ) -> None:
        torch.manual_seed(seed)
        self.keep_tokens = keep_tokens
        model = CodecModel(config) if start is None else start
        super().__init__(
            model,
            model.decoder if keep_tokens else model,
            model.decoder.head,
            ReconstructionLoss(mel=recipe.mel if start is None else recipe.warm_mel),
            recipe,
            recipe.learning_rate if start is None else recipe.warm_rate,
            device,
            seed,
            {"config": config.to_json(), "keep_tokens": keep_tokens},
        )

    def step(self, audio: np.ndarray, rate: float, done: float) -> dict[str, float]:
        """One optimiser step on ``[batch, samples]``, the share ``done`` of the budget being over."""
        torch.manual_seed((self.seed << 32) + self.draw)
        target = torch.from_numpy(audio).to(self.device)
        quantised, commit, used = self._quantised(target)
        with self.autocast():
            output = self.model.decoder(quantised)
        made = self._descend(output, target, rate, done, commit, self.recipe.commitment)
        made |= {"commit": commit, "used": used.float().mean()}
        return {k: float(v.detach()) for k, v in made.items()}

    def _quantised(self, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Quantised latents, commitment loss, codes used by level; no gradients where tokens are kept."""
        self.model.train()
        self.model.quantiser.train(not self.keep_tokens)
        with torch.set_grad_enabled(not self.keep_tokens):
            with self.autocast():
                z = self.model.encoder(target)
            made: tuple[Tensor, Tensor, Tensor] = self.model.quantiser(z.float(), self._levels(len(target)))
        return made

    def _levels(self, batch: int) -> Tensor:
        books = self.model.config.codebooks
        fewer = torch.rand(batch) < self.recipe.dropout
        return torch.where(fewer, torch.randint(1, books + 1, (batch,)), torch.full((batch,), books)).to(
            self.device
        )
