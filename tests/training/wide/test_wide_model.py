"""The wide network: its transform, its beginning, its graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.codec.wide import CHUNK, WideDecoder
from stemwright.errors import StemwrightError
from stemwright.models import Bundle, Manifest
from stemwright.training import packing
from stemwright.training.codec.config import TINY
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.wide import export
from stemwright.training.wide.model import WideModel, begun, sides
from support.codecs import tiny_model

ABOUT = Manifest("decoder", "wide", "x", {})


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_the_factored_transform_is_the_transform(a: int, half: int, seed: int) -> None:
    torch.manual_seed(seed)
    spectrum = torch.randn(2, 3, a * half, dtype=torch.complex64)
    wanted = torch.fft.irfft(spectrum, n=2 * a * half)
    torch.testing.assert_close(
        FactoredInverse(a, 2 * half)(spectrum.real, spectrum.imag), wanted, atol=1e-5, rtol=1e-4
    )


@torch.no_grad()
def test_it_begins_as_the_codec() -> None:
    """Below 12 kHz the middle is the codec's sound."""
    import soxr

    torch.manual_seed(1)
    codec = tiny_model()
    model = begun(codec, blocks_more=1)
    assert model.config.decoder_blocks == TINY.decoder_blocks + 1
    codes = torch.randint(0, 64, (1, 8, 90))
    plain = codec.decode(codes)[0].numpy()
    middle = model(codes)[0, 0].numpy()
    assert middle.shape == (90 * 640,)
    low = soxr.resample(middle, 48_000, 24_000)[: plain.size]
    heard, wanted = (np.fft.rfft(sound)[: int(0.45 * plain.size)] for sound in (low, plain))
    assert np.mean(np.abs(heard - wanted) ** 2) < 1e-3 * np.mean(np.abs(wanted) ** 2)
    assert torch.equal(model.quantiser.codebooks, codec.quantiser.codebooks)


def test_left_and_right_are_sum_and_difference() -> None:
    audio = torch.tensor([[[1.0, 2.0], [0.5, -1.0]]])
    assert sides(audio).tolist() == [[[1.5, 1.0], [0.5, 3.0]]]


def test_the_exported_graph_is_the_network(tmp_path: Path, codec: Bundle) -> None:
    torch.manual_seed(2)
    model = begun(tiny_model())
    with torch.no_grad():
        model.decoder.head.weight.mul_(3.0)
    bundle = export.export_model(model, tmp_path / "wide", codec.tokens_sha256, ABOUT)
    decoder = WideDecoder.load(bundle.path)
    assert decoder.tokens_sha256 == codec.sha256
    codes = np.random.default_rng(0).integers(0, 64, (8, 2 * CHUNK + 30))
    with torch.no_grad():
        wanted = sides(model(torch.from_numpy(codes[None])))[0].numpy().T
    heard = decoder.decode(codes)
    assert np.abs(wanted).max() > 0.01
    np.testing.assert_allclose(heard, wanted, atol=5e-3 * np.abs(wanted).max())
    figures = bundle.manifest.held_out
    assert figures["export_max_difference"] <= 1e-4 and 0 < figures["packed_max_difference"] < 1e-2
    exact = sum(p.numel() for p in model.parameters()) * 4
    assert bundle.file("decoder.onnx").stat().st_size < 0.75 * exact


def test_what_reaches_too_far_or_is_too_large_is_refused(
    tmp_path: Path, codec: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = begun(tiny_model())
    with monkeypatch.context() as patch, pytest.raises(StemwrightError, match="reaches"):
        patch.setattr(export, "CONTEXT", 3)
        export.export_model(model, tmp_path / "a", codec.tokens_sha256, ABOUT)
    torch.manual_seed(0)
    loud = WideModel(model.config).eval()
    with torch.no_grad():
        loud.decoder.embed.weight.fill_(1e9)
    monkeypatch.setattr(packing, "LARGE", 16)
    with pytest.raises(StemwrightError, match="does not fit"):
        export.export_model(loud, tmp_path / "b", codec.tokens_sha256, ABOUT)
