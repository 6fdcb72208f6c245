"""The wide decoder at run time, on a tiny random bundle: shapes, streams, memory, bad bundles."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnx")

from stemwright.codec.wide import CHUNK, WideDecoder
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle, load_bundle, require_codec, write_bundle
from stemwright.models.onnx_session import open_session
from support.bundles import write_codec, write_wide

HOP = 640


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("wide")
    return write_wide(folder, write_codec(folder))


@pytest.fixture(scope="module")
def decoder(bundle: Bundle) -> WideDecoder:
    return WideDecoder.load(bundle.path)


def codes_of(frames: int) -> np.ndarray:
    return np.random.default_rng(frames).integers(0, 64, (8, frames)).astype(np.uint16)


def test_shapes(decoder: WideDecoder) -> None:
    assert decoder.sample_rate == 48_000
    for frames in (0, 1, CHUNK, CHUNK + 5):
        audio = decoder.decode(codes_of(frames))
        assert audio.dtype == np.float32 and audio.shape == (frames * HOP, 2)
    assert np.abs(audio[:, 0] - audio[:, 1]).max() > 0.01


def test_channels_are_left_and_right_as_the_graph_says(decoder: WideDecoder, bundle: Bundle) -> None:
    codes = codes_of(2 * CHUNK + 9)
    (whole,) = open_session(bundle.file("decoder.onnx")).run(None, {"codes": codes[None].astype(np.int64)})
    np.testing.assert_allclose(decoder.decode(codes), whole[0].T, atol=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 3 * CHUNK), st.lists(st.integers(0, 400), max_size=5))
def test_any_stream_equals_the_whole(decoder: WideDecoder, frames: int, cuts: list[int]) -> None:
    codes, stream = codes_of(frames), decoder.stream()
    pieces = [stream.push(part) for part in np.split(codes, sorted(min(cut, frames) for cut in cuts), axis=1)]
    assert np.concatenate([*pieces, stream.flush()]).tobytes() == decoder.decode(codes).tobytes()


def test_a_stream_holds_no_more_of_a_long_song_than_of_a_short_one(decoder: WideDecoder) -> None:
    def peak(minutes: float) -> int:
        codes, stream = codes_of(round(minutes * 60 * 75)), decoder.stream()
        stream.push(codes[:, :400])  # the session is there
        tracemalloc.start()
        for start in range(400, codes.shape[1], 200):
            stream.push(codes[:, start : start + 200])
        stream.flush()
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    assert peak(10.0) < 1.2 * peak(0.5)


def test_it_is_bound_to_tokens(bundle: Bundle, tmp_path: Path) -> None:
    codec = load_bundle(bundle.path.parent / "codec")
    require_codec(bundle, codec)
    other = write_codec(tmp_path, seed=1)
    with pytest.raises(StemwrightError, match="train the decoder again"):
        require_codec(bundle, other)
    with pytest.raises(UsageError, match="codec_sha256"):
        write_bundle(tmp_path / "free", replace(bundle.manifest, codec_sha256=None), {})


@pytest.mark.parametrize(
    ("field", "value"),
    [("sample_rate", 24_000), ("hop", 320), ("channels", 1), ("context", -1), ("channels", None)],
)
def test_other_bundles_are_refused(bundle: Bundle, tmp_path: Path, field: str, value: object) -> None:
    shape = {**bundle.manifest.architecture, field: value}
    graph = {"decoder.onnx": bundle.file("decoder.onnx")}
    made = write_bundle(tmp_path / "other", replace(bundle.manifest, architecture=shape), graph)
    with pytest.raises(UsageError, match=f"architecture.{field}"):
        WideDecoder(made)
    with pytest.raises(UsageError, match="a decoder is needed"):
        WideDecoder.load(bundle.path.parent / "codec")


def test_a_mono_graph_and_wrong_tokens(bundle: Bundle, decoder: WideDecoder, tmp_path: Path) -> None:
    mono = {"decoder.onnx": bundle.path.parent / "codec" / "decoder.onnx"}
    swapped = WideDecoder(write_bundle(tmp_path / "mono", bundle.manifest, mono))
    with pytest.raises(StemwrightError, match=r"gave audio of shape \[1, 960\]"):
        swapped.decode(codes_of(3))
    for codes in (np.full((8, 3), 64), np.zeros((7, 3), int)):
        with pytest.raises(UsageError, match="tokens"):
            decoder.decode(codes)
