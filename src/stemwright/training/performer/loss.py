"""Cross-entropy of all codebooks without ever holding all logits: one codebook at a time, gradients made on
the way."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

IGNORE = -100


class _HeadLoss(torch.autograd.Function):
    """sum over (position, codebook) of weight * cross-entropy; see `head_loss`."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        heads: Tensor,
        targets: Tensor,
        weights: Tensor,
        emphasis: Tensor,
        low: bool,
    ) -> tuple[Tensor, Tensor]:
        books = targets.shape[1]
        kind = torch.bfloat16 if low else hidden.dtype
        x, tables = hidden.to(kind), heads.to(kind).view(books, -1, hidden.shape[1])
        grad_x = torch.zeros_like(hidden)
        grad_heads = torch.empty_like(heads).view(books, -1, hidden.shape[1])
        losses, total = hidden.new_zeros(books), hidden.new_zeros(())
        for k in range(books):
            kept = targets[:, k] != IGNORE
            target = targets[:, k].clamp(min=0)
            probs = torch.log_softmax((x @ tables[k].T).float(), -1)
            share = kept * emphasis[:, k]
            scale = share * weights[k] / share.sum().clamp(min=1)
            chosen = -probs.gather(1, target[:, None])[:, 0]
            losses[k] = (chosen * kept).sum() / kept.sum().clamp(min=1)
            total += (chosen * scale).sum()
            probs = probs.exp_()
            probs.scatter_add_(1, target[:, None], probs.new_full((len(target), 1), -1.0))
            slope = probs.mul_(scale[:, None]).to(kind)
            grad_x += slope @ tables[k]
            grad_heads[k] = slope.T @ x
        ctx.save_for_backward(grad_x, grad_heads.view_as(heads))
        ctx.mark_non_differentiable(losses)
        return total, losses

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None, None, None, None]:
        grad_x, grad_heads = ctx.saved_tensors
        return grad_x * grads[0], grad_heads * grads[0], None, None, None, None


def head_loss(
    hidden: Tensor,
    heads: Tensor,
    targets: Tensor,
    weights: Tensor,
    emphasis: Tensor | None = None,
    low: bool = True,
) -> tuple[Tensor, Tensor]:
    """(weighted sum of losses, plain loss per codebook [K]) for hidden [N, d], heads [K * V, d], targets
    [N, K].

    `weights` [K] of codebooks; `emphasis` [N, K]: what each target weighs among its codebook's, 1 by
    default; targets of -100 are ignored; `low`: matrix products in bfloat16, the losses in float32 all the
    same.
    """
    each = torch.ones_like(targets, dtype=torch.float32) if emphasis is None else emphasis
    with torch.autocast(hidden.device.type, enabled=False):
        total, losses = _HeadLoss.apply(  # type: ignore[no-untyped-call]
            hidden, heads, targets, weights, each, low
        )
    return total, losses


@torch.no_grad()
def codebook_losses(hidden: Tensor, heads: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """(sum of cross-entropy [K], number of targets [K]) in float32, for measuring."""
    tables = heads.view(targets.shape[1], -1, heads.shape[1])
    sums = [
        F.cross_entropy(hidden @ table.T, targets[:, k], ignore_index=IGNORE, reduction="sum")
        for k, table in enumerate(tables)
    ]
    return torch.stack(sums), (targets != IGNORE).sum(0)
