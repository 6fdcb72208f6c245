"""Steps on their ways from noise to sound, as the network sees them in training.

Two sights: a whole stretch at once, or blocks, each of which sees itself and the finished ones before it
(block diffusion, arXiv 2503.09573), as streaming does. For blocks the stretch stands twice, finished and on
its way, so that all blocks are learnt from at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from stemwright.training.flow.crops import FlowBatch
from stemwright.training.flow.model import Conditions

BLOCKS = (6, 12, 25)
"""Steps of a block."""
Network = Callable[[Tensor, Tensor, Tensor, Conditions, Tensor, Tensor | None], Tensor]
"""A `FlowModel`."""


@dataclass(frozen=True, slots=True)
class Ways:
    """``sound``, ``noise`` [B, N, S]: where ways end and begin; ``known``, ``counted`` bool [B, N];
    ``finished`` [B, N, S]: what stands already, not quite right. ``block``: its steps, or 0: all see all.
    """

    sound: Tensor
    noise: Tensor
    given: Conditions
    known: Tensor
    counted: Tensor
    finished: Tensor
    block: int

    def at(self, time: Tensor) -> Tensor:
        """Where they stand at times [B, N]."""
        return (1 - time[..., None]) * self.noise + time[..., None] * self.sound

    def unsaid(self, scoreless: Tensor) -> Ways:
        """The same without score and words; ``scoreless`` [layers, 1, 3 * F]: the columns that stay."""
        told, style = self.given.told * scoreless[self.given.layer], torch.zeros_like(self.given.style)
        return replace(self, given=replace(self.given, told=told, style=style))

    def velocities(self, network: Network, x: Tensor, time: Tensor, span: Tensor) -> Tensor:
        """[B, N, S] of steps x [B, N, S] at times [B, N], each leading as far as its span [B, N] says."""
        steps = x.shape[1]
        places = torch.arange(steps, device=x.device)
        if not self.block:
            x = torch.where(self.known[..., None], self.finished, x)
            time = torch.where(self.known, 1.0, time)
            return network(x, time, span, self.given, places, None).float()
        twice = replace(self.given, told=self.given.told.repeat(1, 2, 1))
        both = torch.cat([self.finished, x], 1)
        times = torch.cat([torch.ones_like(time), time], 1)
        spans = torch.cat([torch.zeros_like(span), span], 1)
        found = network(both, times, spans, twice, places.repeat(2), block_sight(steps, self.block, x.device))
        return found[:, steps:].float()


def block_sight(steps: int, block: int, device: torch.device) -> Tensor:
    """Who sees whom, bool [2 * steps, 2 * steps], of a stretch that stands finished and then on its way."""
    number = torch.arange(steps, device=device) // block
    before = number[:, None] > number[None]
    own = number[:, None] == number[None]
    return torch.cat([torch.cat([before | own, torch.zeros_like(own)], 1), torch.cat([before, own], 1)], 0)


def ways(
    batch: FlowBatch, rough: float, block: int, device: torch.device, generator: torch.Generator
) -> Ways:
    """Ways of a batch; of blocks, those of its first or its second half."""
    noise = torch.randn(batch.sound.shape, generator=generator)
    blur = rough * torch.randn(batch.sound.shape, generator=generator)
    if block:
        half = batch.sound.shape[1] // 2
        begin = half * int(torch.randint(2, (), generator=generator))
        part = slice(begin, begin + half)
    else:
        part = slice(None)
    timed = ("sound", "told", "known", "counted")
    sound, told, known, counted = (
        torch.from_numpy(getattr(batch, name)[:, part]).to(device) for name in timed
    )
    layer, style = (torch.from_numpy(each).to(device) for each in (batch.layers, batch.style))
    given = Conditions(told, layer, style)
    noise, blur = noise[:, part], blur[:, part]
    if block:
        known = torch.zeros_like(known)
    return Ways(sound, noise.to(device), given, known, counted & ~known, sound + blur.to(device), block)
