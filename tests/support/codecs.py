"""A small codec bundle with random weights, exported on the fly. Needs torch: import it after
pytest.importorskip.
"""

from __future__ import annotations

from pathlib import Path

import torch

from stemwright.models import Bundle
from stemwright.training.codec.config import TINY
from stemwright.training.codec.export import export_model
from stemwright.training.codec.model import CodecModel


def tiny_model(seed: int = 0) -> CodecModel:
    """A tiny network whose codebooks are random latents, so that all codes occur."""
    torch.manual_seed(seed)
    model = CodecModel(TINY).eval()
    model.quantiser.codebooks.copy_(0.05 * torch.randn_like(model.quantiser.codebooks))
    with torch.no_grad():
        for parameter in model.decoder.head.parameters():
            parameter.mul_(3.0)
    return model


def write_tiny(folder: Path, seed: int = 0) -> Bundle:
    """Export :func:`tiny_model` to a bundle."""
    return export_model(tiny_model(seed), folder)
