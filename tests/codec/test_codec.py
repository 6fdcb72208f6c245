"""The codec at run time, on a tiny random codec: shapes, chunks, streaming, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("onnx")

from stemwright.codec import codec as room
from stemwright.codec.codec import DECODE_CHUNK, Codec
from stemwright.errors import StemwrightError, UsageError
from stemwright.models.onnx_session import open_session
from support.codecs import tiny_model, write_tiny

HOP = 320


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("codec") / "codec"
    write_tiny(folder)
    return folder


@pytest.fixture(scope="module")
def codec(bundle: Path) -> Codec:
    return Codec.load(bundle)


def sound(seconds: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    t = np.arange(int(seconds * 24000)) / 24000
    return (
        0.3 * np.sin(2 * np.pi * 220 * t) * np.exp(-3 * (t % 0.5)) + 0.01 * rng.standard_normal(t.size)
    ).astype("f4")


def test_shapes(codec: Codec) -> None:
    assert codec.codebook_size == 64
    for samples in (0, 1, 319, 320, 321, 24000):
        codes = codec.encode(np.zeros(samples, dtype=np.float32))
        assert codes.dtype == np.uint16
        assert codes.shape == (8, -(-samples // HOP))
        audio = codec.decode(codes)
        assert audio.dtype == np.float32
        assert audio.shape == (codes.shape[1] * HOP,)


def test_stream_equals_whole_bit_for_bit(codec: Codec) -> None:
    codes = np.random.default_rng(0).integers(0, 64, (8, 2 * DECODE_CHUNK + 77)).astype(np.uint16)
    whole = codec.decode(codes)
    for sizes in ((1, 50, 400), (DECODE_CHUNK,) * 3, (377,)):
        stream, pieces, at = codec.stream(), [], 0
        for size in sizes:
            pieces.append(stream.push(codes[:, at : at + size]))
            at += size
        pieces.append(stream.flush())
        assert np.concatenate(pieces).tobytes() == whole.tobytes()
    assert codec.decode(codes).tobytes() == whole.tobytes()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 3 * DECODE_CHUNK), st.lists(st.integers(0, 400), max_size=5))
def test_any_stream_equals_the_whole(codec: Codec, frames: int, cuts: list[int]) -> None:
    codes = np.random.default_rng(frames).integers(0, 64, (8, frames)).astype(np.uint16)
    stream = codec.stream()
    pieces = [stream.push(part) for part in np.split(codes, sorted(min(cut, frames) for cut in cuts), axis=1)]
    assert np.concatenate([*pieces, stream.flush()]).tobytes() == codec.decode(codes).tobytes()


def test_chunks_equal_the_graph_in_one_piece(
    codec: Codec, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = np.random.default_rng(1).integers(0, 64, (8, 3 * DECODE_CHUNK + 11))
    (whole,) = open_session(bundle / "decoder.onnx").run(None, {"codes": codes[None]})
    np.testing.assert_allclose(codec.decode(codes), whole[0], atol=1e-4)
    assert np.abs(whole).max() > 0.01
    monkeypatch.setattr(room, "ENCODE_CHUNK", 100)
    audio = sound(6.0)
    (one,) = open_session(bundle / "encoder.onnx").run(None, {"audio": audio[None]})
    assert np.mean(codec.encode(audio) == one[0]) > 0.999


def test_run_time_equals_training(codec: Codec) -> None:
    import torch

    model, audio = tiny_model(), sound(2.0)
    with torch.no_grad():
        codes = model.encode(torch.from_numpy(audio[None]))
        heard = model.decode(codes)[0].numpy()
    assert np.mean(codec.encode(audio) == codes[0].numpy()) > 0.99
    np.testing.assert_allclose(codec.decode(codes[0].numpy()), heard, atol=1e-4)


def test_bad_input(codec: Codec) -> None:
    for audio in (
        np.zeros((2, 320), "f4"),
        np.zeros(320, "i2"),
        np.full(320, np.nan, "f4"),
        np.full(9, 1e300),
    ):
        with pytest.raises(UsageError, match="audio"):
            codec.encode(audio)
    for codes in (np.full((8, 3), 64), np.zeros((7, 3), int), np.full((8, 3), -1), np.zeros((8, 3))):
        with pytest.raises(UsageError, match="tokens"):
            codec.decode(codes)
        with pytest.raises(UsageError, match="tokens"):
            stream = codec.stream()
            stream.push(codes)
            stream.flush()


def test_bad_bundles(bundle: Path, tmp_path: Path) -> None:
    import shutil

    with pytest.raises(UsageError):
        Codec.load(tmp_path / "nowhere")
    broken = tmp_path / "broken"
    shutil.copytree(bundle, broken)
    data = bytearray((broken / "decoder.onnx").read_bytes())
    data[1000] ^= 1
    (broken / "decoder.onnx").write_bytes(bytes(data))
    with pytest.raises(StemwrightError, match="SHA-256"):
        Codec.load(broken)


def test_no_graph_is_loaded_before_it_is_needed(bundle: Path) -> None:
    assert not Codec.load(bundle)._sessions


def test_a_codec_of_other_frames_is_not_for_songs(bundle: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from stemwright.models import load_bundle, require_frames

    ours = load_bundle(bundle)
    require_frames(ours)
    for field, value in (("sample_rate", 44100), ("hop", 512), ("codebooks", 9)):
        other = {**ours.manifest.architecture, field: value}
        with pytest.raises(UsageError, match=f"{value}.* choose another codec"):
            require_frames(replace(ours, manifest=replace(ours.manifest, architecture=other)))
