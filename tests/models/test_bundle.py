"""Bundles: written whole, read with every check, refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import (
    Bundle,
    Manifest,
    find,
    load_bundle,
    require_codec,
    shipped,
    tokens_of,
    write_bundle,
)
from stemwright.models import manifest as manifests
from stemwright.models.architecture import performer_tensors
from stemwright.models.tensors import read_header

CONFIG = {
    "d_model": 16, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 16, "ffn": 16, "codebooks": 2,
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
    with pytest.raises(StemwrightError, match="trained on tokens of codec aaaaaaaaaaaa"):
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
        ('"head_dim": 16', '"head_dim": 8'),
        ('"heads": 2', '"heads": 1e9'),
        ('"steps": 0', '"steps": 0, "held_out": {"loss": 1e999}'),
        ('"device": ""', '"device": "\\ud800"'),
        ('"held_out": {}', '"held_out": ' + '{"a": ' * 900 + "1" + "}" * 900),
        ('"model.safetensors"', '"/etc/passwd"'),
        ('"model.safetensors"', '".hidden"'),
        ('"steps": 0', '"steps": 0, "steps": 0'),
        ('"steps": 0', '"steps": 0, "' + "a" * 5000 + '": 0'),
        ('"schema": 1', '"schema": "' + "a" * 5000 + '"'),
        ('"heads": 2', '"heads": 2, "experts": 4'),
        ('"heads": 2', '"heads": 2, "kv_cache": "int4"'),
        ('"heads": 2', '"heads": 2, "kv_cache": []'),
        ('"model.safetensors"', '"a/b"'),
        ('"model.safetensors"', '"a\\\\b"'),
    ],
)
def test_edited_manifest_is_refused(tmp_path: Path, old: str, new: str) -> None:
    source = performer(tmp_path / "drums").path / "manifest.json"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    with pytest.raises(StemwrightError) as caught:
        load_bundle(tmp_path / "drums")
    assert "manifest.json" in str(caught.value) and str(caught.value).isprintable()
    assert len(str(caught.value)) < 300 + len(str(source))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema": 1', '"schema": 2'),
        ('"heads": 2', '"heads": 2, "experts": 4'),
        ('"heads": 2', '"heads": 2, "kv_cache": "int4"'),
        ('"steps": 0', '"steps": 0, "engine": 2'),
    ],
)
def test_a_bundle_for_another_engine_asks_for_an_update(tmp_path: Path, old: str, new: str) -> None:
    source = performer(tmp_path / "drums").path / "manifest.json"
    source.write_text(source.read_text().replace(old, new))
    with pytest.raises(UsageError, match="update stemwright"):
        load_bundle(tmp_path / "drums")


def test_the_cache_of_a_bundle(tmp_path: Path) -> None:
    for cache in ("float32", "int8"):
        shape = {**CONFIG, "kv_cache": cache}
        manifest = Manifest(
            "performer", "drums", "tiny", shape, codec_sha256="a" * 64, conditioning_version=1
        )
        bundle = write_bundle(tmp_path / cache, manifest, {"model.safetensors": weights()})
        assert load_bundle(bundle.path).manifest.architecture["kv_cache"] == cache


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


def test_manifest_that_is_huge_or_no_file_is_refused(tmp_path: Path) -> None:
    import os

    source = performer(tmp_path / "drums").path / "manifest.json"
    with source.open("r+b") as file:
        file.truncate(100_000_000)
    with pytest.raises(UsageError, match="larger than"):
        load_bundle(tmp_path / "drums")
    source.unlink()
    os.mkfifo(source)
    with pytest.raises(UsageError, match="not a file"):
        load_bundle(tmp_path / "drums")


def test_symbolic_link_in_a_bundle_is_refused(tmp_path: Path) -> None:
    weights_file = performer(tmp_path / "drums").path / "model.safetensors"
    weights_file.rename(tmp_path / "elsewhere")
    weights_file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StemwrightError, match="not a plain file"):
        load_bundle(tmp_path / "drums")


def test_codec_of_another_size_is_refused(tmp_path: Path) -> None:
    shape = {"codebooks": 2, "codebook_size": 8}
    codec = write_bundle(tmp_path / "codec", Manifest("codec", "codec", "tiny", shape), {"x.onnx": b"x"})
    with pytest.raises(StemwrightError, match=r"architecture\.codebook_size.* is 4, its codec's is 8"):
        require_codec(performer(tmp_path / "drums", codec.sha256), codec)


def _codec(path: Path, files: dict[str, bytes | Path], **shape: int) -> Bundle:
    return write_bundle(path, Manifest("codec", "codec", "tiny", {"codebooks": 2, **shape}), files)


def test_codecs_that_share_their_tokens(tmp_path: Path) -> None:
    first = _codec(tmp_path / "first", {"encoder.onnx": b"e", "decoder.onnx": b"d"})
    assert first.tokens_sha256 == first.sha256
    second = _codec(tmp_path / "second", {**tokens_of(first), "decoder.onnx": b"better"})
    third = _codec(tmp_path / "third", {**tokens_of(second), "decoder.onnx": b"best"})
    for codec in (second, third):
        assert load_bundle(codec.path).tokens_sha256 == first.sha256 != codec.sha256
        require_codec(performer(tmp_path / "drums", first.sha256), codec)
    with pytest.raises(StemwrightError, match="trained on tokens of codec"):
        require_codec(performer(tmp_path / "drums", second.sha256), second)


@pytest.mark.parametrize(
    ("root", "files", "shape", "refused"),
    [
        ({"encoder.onnx": b"e"}, {"encoder.onnx": b"E"}, {}, "another encoder.onnx"),
        ({"encoder.onnx": b"e"}, {}, {"codebooks": 3}, "architecture.codebooks"),
        ({"encoder.onnx": b"e", "other": b""}, {"tokens.json": b"{}"}, {}, "schema"),
    ],
)
def test_claims_of_shared_tokens_are_checked(
    tmp_path: Path, root: dict[str, bytes], files: dict[str, bytes], shape: dict[str, int], refused: str
) -> None:
    first = _codec(tmp_path / "first", dict(root))
    with pytest.raises(UsageError, match=refused):
        _codec(tmp_path / "second", {**tokens_of(first), **files}, **shape)


def test_proof_must_be_the_first_codecs_canonical_manifest(tmp_path: Path) -> None:
    first = _codec(tmp_path / "first", {"encoder.onnx": b"e"})
    second = _codec(tmp_path / "second", tokens_of(first))
    text = (first.path / "manifest.json").read_bytes()
    for proof in (text + b"\n", (second.path / "manifest.json").read_bytes()):
        with pytest.raises(UsageError, match="not the manifest of a codec with tokens of its own"):
            _codec(tmp_path / "third", {"encoder.onnx": b"e", "tokens.json": proof})


def _tensors(**change: np.ndarray) -> bytes:
    types = {"I8": np.int8, "F32": np.float32}
    good = {n: np.zeros(shape, types[dtype]) for n, (dtype, shape) in performer_tensors(CONFIG).items()}
    return save({n: a for n, a in {**good, **change}.items() if a.size})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"norm.weight": np.zeros(0, np.float32)}, "'norm.weight' is missing"),
        ({"norm.weight": np.zeros(17, np.float32)}, r"F32 \[17\], must be F32 \[16\]"),
        ({"norm.weight": np.zeros(16, np.float64)}, "F64"),
        ({"heads.0.weight": np.zeros((16, 4), np.int8)}, r"I8 \[16, 4\]"),
        ({"x" * 500: np.zeros(1, np.float32)}, "unknown tensor 'x{80}'"),
    ],
)
def test_wrong_tensors_are_refused(tmp_path: Path, change: dict[str, np.ndarray], message: str) -> None:
    manifest = Manifest("performer", "d", "tiny", dict(CONFIG), codec_sha256="a" * 64, conditioning_version=1)
    with pytest.raises(StemwrightError, match=message) as caught:
        write_bundle(tmp_path / "x", manifest, {"model.safetensors": _tensors(**change)})
    assert len(str(caught.value)) < 400


def _with_header(edit: Callable[[dict[str, Any]], None]) -> bytes:
    data = weights()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    edit(header)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def test_headers_that_lie_are_refused(tmp_path: Path) -> None:
    """Offsets outside the file, one tensor's data under two names, a name twice, a shape without end."""
    manifest = Manifest("performer", "d", "tiny", dict(CONFIG), codec_sha256="a" * 64, conditioning_version=1)

    def outside(header: dict[str, Any]) -> None:
        header["norm.weight"]["data_offsets"] = [1 << 60, (1 << 60) + 64]

    def fractions(header: dict[str, Any]) -> None:
        header["norm.weight"]["data_offsets"] = [0.0, 64.0]

    def shared(header: dict[str, Any]) -> None:
        header["norm.weight"]["data_offsets"] = header["cond.bias"]["data_offsets"]

    def vast(header: dict[str, Any]) -> None:
        """A product that would take an hour to compute."""
        header["norm.weight"]["shape"] = [10**4000] * 200

    for edit in (outside, fractions, shared, vast):
        with pytest.raises(UsageError, match="safetensors header"):
            write_bundle(tmp_path / "x", manifest, {"model.safetensors": _with_header(edit)})
    for text in (b'{"a": 1, "a": 2}', b'{"a": {"dtype": "I8", "dtype": "I8"}}'):
        with pytest.raises(UsageError, match="a name is there twice"):
            write_bundle(
                tmp_path / "x", manifest, {"model.safetensors": len(text).to_bytes(8, "little") + text}
            )


def test_tensors_are_read_one_at_a_time_from_one_file(tmp_path: Path) -> None:
    bundle = performer(tmp_path / "drums")
    tensors, whole = bundle.tensors(), load_file(bundle.path / "model.safetensors")
    assert set(tensors) == set(whole) and len(tensors) == len(whole)
    performer(tmp_path / "drums", "b" * 64)  # another bundle in its place
    for name, array in whole.items():
        assert tensors[name].dtype == array.dtype and np.array_equal(tensors[name], array)
    assert tensors["norm.weight"] is not tensors["norm.weight"]
    with pytest.raises(KeyError):
        tensors["norm"]


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    bundle = performer(tmp_path / "drums")
    tensors = bundle.tensors()
    with (bundle.path / "model.safetensors").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 1)
    with pytest.raises(StemwrightError, match="ends too early"):
        [tensors[name] for name in tensors]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 1 << 40))
def test_any_header_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, n: int) -> None:
    path = tmp_path_factory.mktemp("header") / "model.safetensors"
    for text in (data, n.to_bytes(8, "little") + data, len(data).to_bytes(8, "little") + data):
        path.write_bytes(text)
        try:
            read_header(path)
        except UsageError as error:
            assert "\n" not in str(error)


def test_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    performer(tmp_path / "weights" / "zither")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    assert shipped()["zither"] == tmp_path / "weights" / "zither" == find("zither")
    assert find(tmp_path / "weights" / "zither") == tmp_path / "weights" / "zither"
    with pytest.raises(UsageError, match="not found"):
        find("kazoo")


def test_a_weights_folder_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="STEMWRIGHT_WEIGHTS"):
        shipped()
