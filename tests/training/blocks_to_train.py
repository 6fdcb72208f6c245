"""Tiny flows and performers, trained for a step or two on batches that are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from stemwright.conditioning.layout import feature_size
from stemwright.training.flow.config import FlowConfig
from stemwright.training.flow.crops import FlowBatch
from stemwright.training.flow.trainer import FlowRecipe, FlowTrainer
from stemwright.training.performer.config import PerformerConfig
from stemwright.training.performer.data import Batch
from stemwright.training.performer.trainer import Recipe, Trainer

FLOW = FlowConfig(8, width=64, blocks=3, ffn=128)
PERFORMER = PerformerConfig(
    feature_size("bass"), d_model=32, layers=3, heads=4, kv_heads=2, head_dim=8, ffn=64, codebooks=2,
    codebook_size=16, window=16,
)  # fmt: skip
CPU = torch.device("cpu")


def flow_step(steps: int = 1, **recipe: Any) -> FlowTrainer:
    """A flow after so many steps."""
    trainer = FlowTrainer(FLOW, None, FlowRecipe(**{"batch": 3, "compile": False, **recipe}), CPU, 1, {})  # type: ignore[arg-type]
    for step in range(steps):
        trainer.step(flow_batch(step, 3, 20), 1e-3, 0.0)
    return trainer


def flow_batch(number: int, size: int, steps: int, config: FlowConfig = FLOW) -> FlowBatch:
    """Batch `number`: sounds of so many steps, of which some are known."""
    rng = np.random.default_rng(number)
    sound = rng.standard_normal((size, steps, config.step)).astype(np.float32)
    told = rng.standard_normal((size, steps, 3 * config.features)).astype(np.float32)
    known = rng.random((size, steps)) < 0.2
    style = rng.random((size, config.style)).astype(np.float32)
    layers = rng.integers(0, config.layers, size)
    return FlowBatch(sound, told, layers, style, known, np.ones_like(known))


def performer_step(steps: int = 1, **recipe: Any) -> Trainer:
    """A performer after so many steps."""
    made = Recipe(**{"batch": 3, "length": 32, "compile": False, **recipe})
    trainer = Trainer(PERFORMER, made, CPU, 1, {})
    for step in range(steps):
        trainer.step(performer_batch(step, 3, 32), 1e-3, 0.0)
    return trainer


def performer_batch(number: int, size: int, steps: int) -> Batch:
    """Batch `number`: tokens and features of so many steps."""
    rng = np.random.default_rng(number)
    shape = (size, steps, PERFORMER.codebooks)
    tokens, targets = (rng.integers(0, PERFORMER.codebook_size, shape) for _ in range(2))
    return Batch(tokens, targets, rng.random((size, steps, PERFORMER.features)).astype(np.float32))
