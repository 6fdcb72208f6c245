"""The companion in PyTorch: the same tensors as the bundle's, the same sums as `compose.companion.network`.

A GRU hears one vector an event, the sum of what its four parts stand for. From its state, from the notes that
are held and from those parts of the next event that are known, four heads give the distributions of the
parts. Which parts are known is drawn anew for each event, as an order of the four, so that at run time any
part may be fixed and the rest drawn (Notochord, arXiv 2403.12000, section 3).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from stemwright.models.companion_tensors import PARTS, companion_shapes
from stemwright.symbolic.companion import features
from stemwright.symbolic.companion.distribution import (
    TIME_FLOOR,
    TIME_WIDTHS,
    VELOCITY_FLOOR,
    VELOCITY_WIDTHS,
)
from stemwright.training.companion.lanes import Batch

_FAR = 100.0
"""Beyond every component: the edge of the first and of the last bin."""


def key_of(name: str) -> str:
    """A tensor's name as a parameter's (which may hold no dot)."""
    return name.replace(".", "__")


class CompanionModel(nn.Module):
    """`config`: the architecture of the manifest."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = config
        shapes = companion_shapes(config)
        self.weights = nn.ParameterDict(
            {key_of(name): nn.Parameter(_initial(name, shape, config)) for name, shape in shapes.items()}
        )
        self.time = torch.from_numpy(features.time_features())
        self.velocity = torch.from_numpy(features.velocity_features())
        self.time_edges = _padded(features.time_edges())
        self.velocity_edges = _padded(features.velocity_edges())
        self.time_floor = torch.from_numpy(features.time_floor()).float()

    def weight(self, name: str) -> Tensor:
        """A parameter by its name in the bundle."""
        found: Tensor = self.weights[key_of(name)]
        return found

    def start(self, batch: int) -> Tensor:
        """The state [1, B, hidden] before anything was heard."""
        return torch.zeros(1, batch, self.config["hidden"])

    def hear(self, events: Tensor, held: Tensor, at: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """(context [B, T, mix], next state [1, B, hidden]) after each of events [B, T, 4]."""
        flat = [self.weight(f"gru.{name}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        total = torch.stack(self._parts("input", events)).sum(0)
        out, state = torch.gru(total, state, flat, True, 1, 0.0, self.training, False, True)
        context = out @ self.weight("context.weight").T + self.weight("context.bias")
        notes = nn.functional.embedding_bag(held, self.weight("held"), at, mode="sum")
        return context + notes.view_as(context), state

    def _parts(self, table: str, events: Tensor) -> list[Tensor]:
        """What each part of the events stands for, in one table."""
        instrument, token, time, velocity = events.unbind(-1)
        return [
            self.weight(f"{table}.instrument")[instrument],
            self.weight(f"{table}.pitch")[token],
            (self.time @ self.weight(f"{table}.time"))[time],
            (self.velocity @ self.weight(f"{table}.velocity"))[velocity],
        ]

    def losses(self, context: Tensor, targets: Tensor, known: Tensor) -> Tensor:
        """Nats [B, T, 4] of the parts of targets [B, T, 4]; `known` [..., j, k]: head j knows part k."""
        parts = self._parts("known", targets)
        share = known.to(context.dtype)
        out = []
        for j, part in enumerate(PARTS):
            told = context
            for k, other in enumerate(parts):
                if k != j:
                    told = torch.addcmul(told, other, share[..., j, k, None])
            out.append(self._nats(part, self._head(part, told), targets[..., j]))
        return torch.stack(out, dim=-1)

    def _head(self, part: str, told: Tensor) -> Tensor:
        name = f"heads.{part}"
        open_ = torch.tanh(told)
        inner = torch.relu(open_ @ self.weight(f"{name}.inner.weight").T + self.weight(f"{name}.inner.bias"))
        return (open_ + inner) @ self.weight(f"{name}.outer.weight").T + self.weight(f"{name}.outer.bias")

    def _nats(self, part: str, raw: Tensor, target: Tensor) -> Tensor:
        if part == "time":
            log_p = _mixture(raw, self.time_edges[target], self.time_edges[target + 1], TIME_WIDTHS)
            return -_with_floor(log_p, self.time_floor[target], TIME_FLOOR)
        if part == "velocity":
            on = (target - 1).clamp(min=0)
            edges = self.velocity_edges
            log_p = _mixture(raw[..., 1:], edges[on], edges[on + 1], VELOCITY_WIDTHS)
            log_p = _with_floor(log_p, torch.full_like(log_p, 1 / 127), VELOCITY_FLOOR)
            end = raw[..., 0]
            sounds = nn.functional.logsigmoid(-end) + log_p
            return -torch.where(target == 0, nn.functional.logsigmoid(end), sounds)
        inside = target.clamp(max=raw.shape[-1] - 1)
        return -torch.log_softmax(raw, -1).gather(-1, inside[..., None])[..., 0]


def tensors(batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The arrays of a batch: events, held, at, counts."""
    arrays = (batch.events, batch.held, batch.at, batch.counts)
    events, held, at, counts = (torch.from_numpy(np.ascontiguousarray(a)) for a in arrays)
    return events, held, at, counts


def random_known(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """[*shape, 4, 4]: for each event a random order of its parts, each known to those after it."""
    ranks = torch.rand(*shape, 4, generator=generator)
    return ranks[..., None, :] < ranks[..., :, None]


def known_in(order: str) -> Tensor:
    """[4, 4] of one order, "tvip": each part is known to those after it."""
    ranks = torch.tensor([order.index(part[0]) for part in PARTS])
    return ranks[None, :] < ranks[:, None]


def _padded(edges: Any) -> Tensor:
    return torch.tensor([-_FAR, *edges.tolist(), _FAR])


def _mixture(raw: Tensor, low: Tensor, high: Tensor, widths: tuple[float, float]) -> Tensor:
    """Log of the mass between two edges: sigma(b) - sigma(a) = sigma(b) sigma(-a) (1 - e^(a - b))."""
    weight, place, width = raw.chunk(3, dim=-1)
    scale = torch.exp(-width.clamp(*widths))
    a, b = (low[..., None] - place) * scale, (high[..., None] - place) * scale
    mass = nn.functional.logsigmoid(b) + nn.functional.logsigmoid(-a)
    mass = mass + torch.log(-torch.expm1((a - b).clamp(max=-1e-6)))
    return torch.logsumexp(torch.log_softmax(weight, -1) + mass, -1)


def _with_floor(log_p: Tensor, floor: Tensor, share: float) -> Tensor:
    return torch.logaddexp(log_p + math.log1p(-share), torch.log(floor * share))


def _initial(name: str, shape: tuple[int, ...], config: dict[str, Any]) -> Tensor:
    """Random weights of a size that keeps sums near 1; the mixtures' components lie over their range."""
    if name.endswith("outer.bias") and ("time" in name or "velocity" in name):
        return _spread(name, config)
    if len(shape) == 1:
        return torch.zeros(shape)
    if name == "held" or name.startswith(("input.", "known.")):
        return torch.randn(shape) * (0.1 if name == "held" else 0.3)
    scale = 0.2 if name.endswith("outer.weight") else 0.7
    return torch.randn(shape) * (scale / math.sqrt(shape[-1]))


def _spread(name: str, config: dict[str, Any]) -> Tensor:
    if "time" in name:
        count = config["time_components"]
        return torch.cat([torch.zeros(count), torch.linspace(-0.2, 6.5, count), torch.full((count,), -1.5)])
    count = config["velocity_components"]
    places = torch.linspace(1.0, 7.5, count)
    return torch.cat([torch.zeros(1 + count), places, torch.full((count,), -1.0)])
