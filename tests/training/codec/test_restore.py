"""A bundle's network comes back exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import numpy as np
import torch

from stemwright.errors import UsageError
from stemwright.models import Bundle, Manifest, find, load_bundle, write_bundle
from stemwright.training.codec.config import TINY
from stemwright.training.codec.export import export_model
from stemwright.training.codec.model import CodecModel
from stemwright.training.codec.restore import model_of
from support.codecs import tiny_model

VARIANTS = ({}, {"activation": "snake"})


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_weight_comes_back(tmp_path: Path, variant: dict[str, str]) -> None:
    """With distinct weights, and with the many equal ones of a new network, of which the file has one."""
    torch.manual_seed(3)
    distinct = CodecModel(replace(TINY, **variant))
    distinct.quantiser.codebooks.normal_(0, 0.05)
    torch.manual_seed(7)
    with torch.no_grad():
        for parameter in distinct.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    for i, model in enumerate((distinct, tiny_model(1))):
        again = model_of(export_model(model, tmp_path / str(i)))
        wanted, found = model.state_dict(), again.state_dict()
        learnt = [k for k in wanted if k.startswith(("encoder.", "decoder.")) or k == "quantiser.codebooks"]
        assert len(learnt) > 38
        assert all(torch.equal(wanted[k], found[k]) for k in learnt)


def test_the_shipped_codec_is_exported_again_to_the_same_codes_and_sound(tmp_path: Path) -> None:
    from stemwright.codec.codec import Codec

    shipped = Codec(load_bundle(find("codec")))
    again = Codec(export_model(model_of(shipped.bundle), tmp_path / "again"))
    sound = (0.1 * np.random.default_rng(0).standard_normal(24000)).astype(np.float32)
    tokens = shipped.encode(sound)
    np.testing.assert_array_equal(again.encode(sound), tokens)
    np.testing.assert_allclose(again.decode(tokens), shipped.decode(tokens), atol=1e-6)


def test_resumed_codebooks_stay_through_an_update_of_typical_use() -> None:
    model = tiny_model()
    model.quantiser.resume()
    before = model.quantiser.codebooks.clone()
    assert torch.allclose(model.quantiser.sums / model.quantiser.counts[..., None], before)
    model.quantiser.train()
    with torch.no_grad():
        model.quantiser(before[0].repeat(900 // TINY.codebook_size, 1)[None])
    assert torch.allclose(model.quantiser.codebooks[0], before[0], atol=1e-5)


def test_other_bundles_are_refused(tmp_path: Path) -> None:
    bundle = export_model(tiny_model(), tmp_path / "good")
    files: dict[str, bytes | Path] = {n: bundle.file(n) for n in ("encoder.onnx", "decoder.onnx")}

    def with_(**changes: object) -> Bundle:
        manifest = Manifest("codec", "codec", "x", {**bundle.manifest.architecture, **changes})
        return write_bundle(tmp_path / "bad", manifest, files)

    with pytest.raises(UsageError, match=r"architecture\.network"):
        model_of(with_(network=None))
    wide = replace(TINY, decoder_blocks=3)
    with pytest.raises(UsageError, match=r"weight 'decoder\.blocks\.2\."):
        model_of(with_(network=wide.to_json()))
    assert isinstance(model_of(with_()), CodecModel)
