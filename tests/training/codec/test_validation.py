"""What the held-out figures say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from stemwright.training.codec.config import TINY
from stemwright.training.codec.losses import ReconstructionLoss
from stemwright.training.codec.model import CodecModel
from stemwright.training.codec.validation import HeldOut, line
from support.codecs import tiny_model


def test_figures_by_kind_rate_and_codebook(data: Path) -> None:
    held_out = HeldOut(data, 4, 9600)
    assert held_out.kinds == ["bass", "lead", "bass", "lead"]
    figures = held_out.figures(tiny_model(), ReconstructionLoss(), torch.device("cpu"))
    assert json.loads(json.dumps(figures)) == figures
    assert list(figures["kinds"]) == ["bass", "lead"]
    mean = sum(kind["mel"] for kind in figures["kinds"].values()) / 2
    assert figures["mel"] == pytest.approx(mean) == pytest.approx(figures["kbit"]["6"]["mel"])
    assert list(figures["kbit"]) == ["1.5", "3", "6"]
    assert figures["kbit"]["1.5"]["mel"] != figures["kbit"]["3"]["mel"] != figures["mel"]
    assert len(figures["usage"]) == len(figures["perplexity"]) == TINY.codebooks
    codes = 4 * 30
    for usage, perplexity in zip(figures["usage"], figures["perplexity"], strict=True):
        assert 1 <= perplexity <= usage * TINY.codebook_size + 1e-3 <= codes
    assert "6k" in line(figures)


def test_a_perfect_codec(data: Path) -> None:
    class Perfect(CodecModel):
        """Its codes are the number of the sound."""

        def __init__(self) -> None:
            super().__init__(TINY)
            self.sounds: list[torch.Tensor] = []

        def encode(self, audio: torch.Tensor) -> torch.Tensor:
            self.sounds.append(audio)
            return torch.full((len(audio), 8, audio.shape[1] // 320), len(self.sounds) - 1)

        def decode(self, codes: torch.Tensor) -> torch.Tensor:
            return self.sounds[int(codes[0, 0, 0])]

    figures = HeldOut(data, 2, 9600).figures(Perfect(), ReconstructionLoss(), torch.device("cpu"))
    assert figures["mel"] < 1e-3
    assert figures["si_snr"] > 50
    assert figures["silence"] == -160
    assert figures["noise"] == pytest.approx(-60, abs=0.1)
    assert figures["perplexity"] == pytest.approx([1.0] * 8)
