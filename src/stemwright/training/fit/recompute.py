"""Gradient checkpointing: of a stack of blocks only what goes into each is kept, the rest is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from stemwright.training.fit.pace import Pace


@dataclass(frozen=True)
class DeepPace(Pace):
    """Of a stack of blocks. ``gradient_checkpointing``: memory of one block instead of all, for a third more
    time (Chen and others, arXiv 1604.06174); the gradients are the same.
    """

    gradient_checkpointing: bool = False


def recompute(blocks: Iterable[nn.Module]) -> None:
    """Let each of these blocks, in which nothing is random, make its inner values again on the way back."""
    for block in blocks:
        block.forward = partial(_again, block.forward)


def _again(forward: Callable[..., Tensor], *given: object) -> Tensor:
    if not torch.is_grad_enabled():
        return forward(*given)
    made: Tensor = checkpoint(forward, *given, use_reentrant=False, preserve_rng_state=False)
    return made
