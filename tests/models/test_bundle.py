"""Bundles: written whole, read with every check, refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle, Manifest, find, load_bundle, require_codec, shipped, write_bundle
from stemwright.models import manifest as manifests
from stemwright.models.architecture import performer_tensors

CONFIG = {
    "d_model": 16, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 8, "ffn": 16, "codebooks": 2,
    "codebook_size": 4, "features": 3, "window": 8, "rope_base": 10000.0, "norm_eps": 1e-5, "lookahead": 2,
}  # fmt: skip


def weights(config: dict[str, object] = CONFIG) -> bytes:
    types = {"I8": np.int8, "F32": np.float32}
    return save({n: np.zeros(shape, types[dtype]) for n, (dtype, shape) in performer_tensors(config).items()})


def performer(path: Path, codec_sha: str = "a" * 64) -> Bundle:
    manifest = Manifest(
        "performer", "drums", "tiny", dict(CONFIG), codec_sha256=codec_sha, conditioning_version=1
    )
    return write_bundle(path, manifest, {"model.safetensors": weights()})


def test_round_trip_and_replacement(tmp_path: Path) -> None:
    first = performer(tmp_path / "drums")
    again = load_bundle(tmp_path / "drums", kind="performer")
    assert again.sha256 == first.sha256 and again.manifest == first.manifest
    assert again.tensors()["embed.0.weight"].shape == (5, 16)
    second = performer(tmp_path / "drums", "b" * 64)
    assert load_bundle(tmp_path / "drums").sha256 == second.sha256 != first.sha256
    assert [p.name for p in tmp_path.iterdir()] == ["drums"]


def test_checksum_shape_kind_and_codec(tmp_path: Path) -> None:
    bundle = performer(tmp_path / "drums")
    codec = write_bundle(tmp_path / "codec", Manifest("codec", "codec", "tiny", {}), {"x.onnx": b"x"})
    with pytest.raises(StemwrightError, match="trained on codec aaaaaaaaaaaa"):
        require_codec(bundle, codec)
    require_codec(performer(tmp_path / "good", codec.sha256), codec)
    with pytest.raises(UsageError, match="a codec is needed"):
        load_bundle(bundle.path, kind="codec")
    target = bundle.path / "model.safetensors"
    data = bytearray(target.read_bytes())
    data[-1] ^= 1
    target.write_bytes(data)
    with pytest.raises(StemwrightError, match="SHA-256"):
        load_bundle(bundle.path)
    wrong = Manifest(
        "performer", "drums", "tiny", {**CONFIG, "ffn": 32}, codec_sha256="a" * 64, conditioning_version=1
    )
    with pytest.raises(StemwrightError, match="must be I8"):
        write_bundle(tmp_path / "wrong", wrong, {"model.safetensors": weights()})
    assert not (tmp_path / "wrong").exists()


def test_missing_folder_file_and_foreign_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_bundle(tmp_path / "none")
    bundle = performer(tmp_path / "drums")
    (bundle.path / "model.safetensors").unlink()
    with pytest.raises(StemwrightError, match="missing"):
        load_bundle(bundle.path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match="not a bundle"):
        performer(tmp_path / "mine")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema": 1', '"schema": 99'),
        ('"schema": 1', '"schema": true'),
        ('"kind": "performer"', '"kind": "x"'),
        ('"name": "drums"', '"name": "../x"'),
        ('"steps": 0', '"steps": -1'),
        ('"steps": 0', '"steps": NaN'),
        ('"steps": 0', '"stepz": 0'),
        ('"timbres": []', '"timbres": [1]'),
        ('"model.safetensors"', '"../model.safetensors"'),
        ('"codec_sha256": "a', '"codec_sha256": "z'),
        ('"head_dim": 8', '"head_dim": 7'),
        ('"heads": 2', '"heads": 1e9'),
    ],
)
def test_edited_manifest_is_refused(tmp_path: Path, old: str, new: str) -> None:
    source = performer(tmp_path / "drums").path / "manifest.json"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    with pytest.raises(StemwrightError) as caught:
        load_bundle(tmp_path / "drums")
    assert "manifest.json" in str(caught.value) and "\n" not in str(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(data: bytes, cut: int) -> None:
    good = manifests.dumps(Manifest("codec", "codec", "tiny", {}))
    for text in (data, good[:cut] + data, b"[" * 100_000):
        try:
            manifests.loads(text)
        except UsageError as error:
            assert "\n" not in str(error)


def test_truncated_header_is_refused(tmp_path: Path) -> None:
    manifest = Manifest("performer", "d", "tiny", dict(CONFIG), codec_sha256="a" * 64, conditioning_version=1)
    for data in (b"", b"123", b"\xff" * 64, weights()[:-1], weights()[:100]):
        with pytest.raises(UsageError, match="safetensors"):
            write_bundle(tmp_path / "x", manifest, {"model.safetensors": data})


def test_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    performer(tmp_path / "weights" / "zither")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    assert shipped()["zither"] == tmp_path / "weights" / "zither" == find("zither")
    assert find(tmp_path / "weights" / "zither") == tmp_path / "weights" / "zither"
    with pytest.raises(UsageError, match="not found"):
        find("kazoo")
