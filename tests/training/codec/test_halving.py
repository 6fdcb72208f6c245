"""A codec's bundle with its decoder in float16: the same tokens, nearly the same sound, trained on as
before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch

from stemwright.codec.codec import Codec
from stemwright.training.codec import halving
from stemwright.training.codec.restore import model_of
from stemwright.training.fit import onnx_graphs
from support.codecs import write_tiny


def test_tokens_stay_and_the_decoder_shrinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_graphs, "LARGE", 64)
    whole = write_tiny(tmp_path / "whole")
    half = halving.halve(whole.path, tmp_path / "half")
    assert half.tokens_sha256 == whole.tokens_sha256 and half.sha256 != whole.sha256
    sizes = [(b.path / "decoder.onnx").stat().st_size for b in (half, whole)]
    assert sizes[0] < sizes[1]
    sound = np.random.default_rng(0).standard_normal(3200).astype(np.float32) * 0.1
    one, other = Codec.load(whole.path), Codec.load(half.path)
    tokens = one.encode(sound)
    assert np.array_equal(tokens, other.encode(sound))
    difference = np.abs(one.decode(tokens) - other.decode(tokens)).max()
    assert 0 < difference < 1e-2 and half.manifest.held_out["float16_max_difference"] < 1e-2
    before, after = (model_of(bundle).state_dict() for bundle in (whole, half))
    for name, value in before.items():
        exact = name.startswith(("encoder", "quantiser.codebooks"))
        assert torch.equal(after[name], value) if exact else torch.allclose(after[name], value, atol=1e-3), (
            name
        )
    again = halving.halve(half.path, tmp_path / "again")
    assert again.tokens_sha256 == whole.tokens_sha256, "what was halved can be halved"
