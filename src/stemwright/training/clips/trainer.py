"""One training run in memory: clips against texts by InfoNCE (van den Oord et al., arXiv 1807.03748)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, normalize

from stemwright.training.clips.material import PairBatch, Pairs
from stemwright.training.clips.model import PairModel
from stemwright.training.clips.taught import Lesson, Teacher
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.training_state import Fit
from stemwright.training.text.texts import Batch

Given = tuple[PairBatch, Lesson | None]


@dataclass(frozen=True)
class ClipRecipe(Pace):
    """What the training does, beside its budget. `captions`: of each clip; `shortest`, `longest`: seconds of
    a stretch; `noise`: added to latents of unit size; `drop`: share of features that are left out;
    `teaching`: what the teacher's words weigh.
    """

    batch: int = 128
    learning_rate: float = 2e-3
    warmup_steps: int = 50
    weight_decay: float = 0.05
    ema: float = 0.99
    valid_minutes: float = 1.0
    captions: int = 24
    shortest: float = 3.0
    longest: float = 7.0
    noise: float = 0.3
    drop: float = 0.2
    teaching: float = 1.0


class ClipTrainer(Fit):
    """Steps and measurements. `about`: what a checkpoint must agree in, beside shapes."""

    model: PairModel
    recipe: ClipRecipe

    def __init__(
        self, model: PairModel, recipe: ClipRecipe, train: Pairs, teacher: Teacher | None,
        device: torch.device, seed: int, about: Mapping[str, object],
    ) -> None:  # fmt: skip
        model.to(device)
        named = dict(model.named_parameters())
        plain = [p for name, p in named.items() if p.ndim < 2 or "table" in name]
        decayed = [p for name, p in named.items() if not (p.ndim < 2 or "table" in name)]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        adamw = torch.optim.AdamW(
            groups, lr=recipe.learning_rate,
            betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True,
        )  # fmt: skip
        super().__init__(model, {"adamw": adamw}, recipe, recipe.learning_rate, device, seed, about)
        self.train, self.teacher = train, teacher

    def batch(self, step: int, size: int) -> Given:
        """Clips and captions of a step, and its lesson."""
        recipe = self.recipe
        seconds = (recipe.shortest, recipe.longest)
        pairs = self.train.batch(self.seed, step, size, seconds, recipe.drop, recipe.noise)
        if self.teacher is None:
            return pairs, None
        return pairs, self.teacher.lesson(self.seed, step, pairs.chosen, recipe.drop)

    def step(self, batch: Given, rate: float, done: float) -> dict[str, float]:
        """One optimiser step; the losses: of pairs, nats, and how far the teacher's words are off."""
        del done
        torch.manual_seed((self.seed << 32) + self.draw)
        self.model.train()
        pairs, lesson = batch
        clips = self._clips(pairs)
        loss = self._loss(clips, self._texts(pairs.texts, pairs.style), pairs.true)
        losses = {"pairs": loss, "sharpness": self.model.sharpness()}
        if lesson is not None:
            learnt = self._loss(clips, self._said(lesson.captions), lesson.true)
            foreign = self._texts(lesson.texts, lesson.style)
            off = 1 - (foreign * self._said(lesson.foreign).detach()).sum(1).mean()
            losses |= {"teacher": learnt, "off": off}
            loss = loss + learnt + self.recipe.teaching * off
        loss.backward()  # type: ignore[no-untyped-call]
        self.moved(rate)
        return {name: float(value.detach()) for name, value in losses.items()}

    @torch.no_grad()
    def measure(self, held: Pairs) -> float:
        """The mean loss of held-out clips and their captions, by the averaged weights."""
        losses = []
        with self.averaged():
            for number in range(held.each):
                pairs = held.held_out(number, self.recipe.longest)
                texts = self._texts(pairs.texts, pairs.style)
                losses.append(float(self._loss(self._clips(pairs), texts, pairs.true)))
        return sum(losses) / len(losses)

    def _clips(self, pairs: PairBatch) -> Tensor:
        with self.autocast():
            found: Tensor = self.model.clips(pairs.sound.to(self.device))
        return found

    def _texts(self, texts: Batch, style: Tensor) -> Tensor:
        found: Tensor = self.model.texts(*(each.to(self.device) for each in (*texts, style)))
        return found

    def _said(self, sentences: Tensor) -> Tensor:
        """What the teacher makes of sentences."""
        return normalize(self.model.taught(sentences.to(self.device)), dim=1)

    def _loss(self, clips: Tensor, texts: Tensor, true: Tensor) -> Tensor:
        """Of each text, which clips it is true of; of each clip, which texts, those being likelier that few
        clips share: nats beyond what chance leaves open.
        """
        products = self.model.sharpness() * (texts @ clips.T)
        joint = true.to(self.device, torch.float32)
        joint = joint / joint.sum(1, keepdim=True)
        return (_excess(products, joint) + _excess(products.T, joint.T)) / 2


def _excess(products: Tensor, joint: Tensor) -> Tensor:
    """The mean divergence (KL) of what the products say from the shares that are right, row by row."""
    right = joint / joint.sum(1, keepdim=True)
    least = torch.special.xlogy(right, right).sum(1)
    excess: Tensor = least - (right * log_softmax(products, 1)).sum(1)
    return excess.mean()
