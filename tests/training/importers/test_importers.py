"""Public codecs as our bundles: what they decode and encode is what `transformers` does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("transformers")

import torch
from safetensors.torch import load_file

from stemwright.codec.codec import DECODE_CHUNK, ENCODE_CHUNK, Codec
from stemwright.errors import UsageError
from stemwright.models import require_frames
from stemwright.training.importers.dac import lost_samples, reach
from stemwright.training.importers.export import ImportedCodec, import_codec
from support.checkpoints import edit_weights, write_dac, write_encodec

DAC_44 = {"downsampling_ratios": [2, 4, 8, 8], "sampling_rate": 44100, "n_codebooks": 9}


class Case(NamedTuple):
    """A checkpoint, the model that wrote it, and what was imported."""

    folder: Path
    model: Any
    made: ImportedCodec
    codec: Codec

    def theirs(self, codes: np.ndarray) -> np.ndarray:
        """What `transformers` decodes, whole."""
        given = torch.from_numpy(codes.astype(np.int64))
        with torch.no_grad():
            if hasattr(self.model.quantizer, "layers"):
                return self.model.decode(given[None, None], [None]).audio_values[0, 0].numpy()
            return self.model.decode(audio_codes=given[None]).audio_values[0].numpy()

    def their_codes(self, audio: np.ndarray) -> np.ndarray:
        """What `transformers` encodes, whole, at 6 kbit/s."""
        given = torch.from_numpy(audio)[None, None]
        with torch.no_grad():
            if hasattr(self.model.quantizer, "layers"):
                return self.model.encode(given, bandwidth=6.0).audio_codes[0, 0].numpy()
            return self.model.encode(given, n_quantizers=self.codec.codebooks).audio_codes[0].numpy()


def _case(parent: Path, write: Callable[..., Any], **config: Any) -> Case:
    model = write(parent / "published", **config)
    made = import_codec(parent / "published", parent / "bundle", licence="CC0-1.0")
    return Case(parent / "published", model, made, Codec.load(parent / "bundle"))


@pytest.fixture(scope="module")
def encodec(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _case(tmp_path_factory.mktemp("encodec"), write_encodec)


@pytest.fixture(scope="module")
def dac(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _case(tmp_path_factory.mktemp("dac"), write_dac)


@pytest.fixture(scope="module", params=["encodec", "dac", "dac 44.1 kHz"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    if request.param == "dac 44.1 kHz":
        return _case(tmp_path_factory.mktemp("dac44"), write_dac, **DAC_44)
    found: Case = request.getfixturevalue(request.param)
    return found


def test_decoding_is_that_of_transformers(case: Case) -> None:
    """Random codes over several chunks; odd strides of DAC leave a few silent samples at the end."""
    rng = np.random.default_rng(0)
    for frames in (1, 5, 2 * DECODE_CHUNK + 33):
        codes = rng.integers(0, 1024, (case.codec.codebooks, frames))
        ours, theirs = case.codec.decode(codes), case.theirs(codes)
        assert len(ours) == frames * case.codec.hop
        np.testing.assert_allclose(ours[: len(theirs)], theirs, atol=1e-4)
        assert not ours[len(theirs) :].any() and len(ours) - len(theirs) < 16
    assert theirs.std() > 0.01


def test_encoding_is_that_of_transformers(case: Case) -> None:
    frames = ENCODE_CHUNK + 40
    audio = (0.2 * np.random.default_rng(1).standard_normal(frames * case.codec.hop)).astype(np.float32)
    ours, theirs = case.codec.encode(audio), case.their_codes(audio)
    assert ours.shape == theirs.shape == (case.codec.codebooks, frames)
    assert np.mean(ours == theirs) > 0.999
    assert all(len(np.unique(level)) > 10 for level in ours)


def test_a_stream_is_the_whole_bit_for_bit(case: Case) -> None:
    codes = np.random.default_rng(2).integers(0, 1024, (case.codec.codebooks, 2 * DECODE_CHUNK + 7))
    stream = case.codec.stream()
    pieces = [stream.push(part) for part in np.split(codes, [1, 90, 290], axis=1)]
    assert np.concatenate([*pieces, stream.flush()]).tobytes() == case.codec.decode(codes).tobytes()


def test_the_lstm_is_heard_across_chunks(encodec: Case) -> None:
    """Other codes in the first frame change what comes a chunk later, here and in `transformers` alike."""
    codes = np.random.default_rng(3).integers(0, 1024, (8, 2 * DECODE_CHUNK))
    other = codes.copy()
    other[:, :20] = (other[:, :20] + 512) % 1024
    later = slice((DECODE_CHUNK + 10) * 320, (DECODE_CHUNK + 40) * 320)
    ours = (encodec.codec.decode(other) - encodec.codec.decode(codes))[later]
    theirs = (encodec.theirs(other) - encodec.theirs(codes))[later]
    assert np.abs(theirs).max() > 1e-5
    np.testing.assert_allclose(ours, theirs, atol=0.05 * float(np.abs(theirs).max()))


def test_the_context_covers_the_reach(dac: Case) -> None:
    """Codes further away than the context change nothing."""
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 1024, (8, 100))
    context = dac.codec.context
    assert context == reach([2, 4, 5, 8]) < 32
    one = dac.theirs(codes)
    other = dac.theirs(np.concatenate((rng.integers(0, 1024, (8, 50)), codes[:, 50:]), axis=1))
    np.testing.assert_array_equal(one[(50 + context) * 320 :], other[(50 + context) * 320 :])
    assert np.abs(one - other)[50 * 320 : 51 * 320].max() > 1e-4


@pytest.mark.parametrize("ratios", [[2, 4, 5, 8], [2, 4, 8, 8], [3, 5], [5, 3, 2]])
def test_lost_samples(ratios: list[int]) -> None:
    length = 10
    for stride in reversed(ratios):
        layer = torch.nn.ConvTranspose1d(1, 1, 2 * stride, stride, padding=(stride + 1) // 2)
        length = layer(torch.zeros(1, 1, length)).shape[2]
    assert length == 10 * int(np.prod(ratios)) - lost_samples(ratios)


def test_the_manifest_says_where_it_came_from(encodec: Case, dac: Case) -> None:
    import hashlib

    for case, name in ((encodec, "encodec-24khz"), (dac, "dac-24khz")):
        manifest = case.made.bundle.manifest
        sha = hashlib.sha256((case.folder / "model.safetensors").read_bytes()).hexdigest()
        assert manifest.name == name and manifest.preset == "24khz-6kbps"
        assert manifest.licences == ("CC0-1.0",) and sha in manifest.sources[0]
        assert manifest.architecture["imported"]["weights_sha256"] == sha
        assert case.made.equal_codes > 0.99 and case.made.max_difference < 1e-4
        require_frames(case.made.bundle)
    assert dac.codec.codebooks == encodec.codec.codebooks == 8


def test_other_frame_rates_are_not_for_songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stemwright.dataset.tokenize import tokenize_data
    from stemwright.producer import bundles

    write_dac(tmp_path / "published", **DAC_44)
    made = import_codec(tmp_path / "published", tmp_path / "weights" / "codec", kbit=8)
    assert made.bundle.manifest.architecture["codebooks"] == 9
    line = "44100 Hz, 512 samples a frame and 9 codebooks; songs and performers need 24000 Hz, 320 and 8"
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    with pytest.raises(UsageError, match=line):
        bundles.codec()
    with pytest.raises(UsageError, match=line):
        tokenize_data(tmp_path, made.bundle.path)


def test_weight_norm_by_its_older_names(encodec: Case, tmp_path: Path) -> None:
    """As the published EnCodec has it: the same bundle but for the identity of the file."""
    shutil.copytree(encodec.folder, tmp_path / "old")

    def rename(tensors: dict[str, Any]) -> dict[str, Any]:
        old = {
            k.replace("parametrizations.weight.original0", "weight_g").replace(
                "parametrizations.weight.original1", "weight_v"
            ): v
            for k, v in tensors.items()
        }
        assert old.keys() != tensors.keys()
        return old

    edit_weights(tmp_path / "old", rename)
    again = import_codec(tmp_path / "old", tmp_path / "bundle", licence="CC0-1.0").bundle
    assert again.manifest.files == encodec.made.bundle.manifest.files
    assert again.sha256 != encodec.made.bundle.sha256


def test_the_same_again_is_the_same_bundle(dac: Case, tmp_path: Path) -> None:
    shutil.copytree(dac.folder, tmp_path / "elsewhere")
    again = import_codec(tmp_path / "elsewhere", tmp_path / "bundle", licence="CC0-1.0")
    assert again.bundle.sha256 == dac.made.bundle.sha256
    fewer = import_codec(dac.folder, tmp_path / "fewer", kbit=3, licence="CC0-1.0")
    assert Codec.load(fewer.bundle.path).codebooks == 4
    assert fewer.bundle.tokens_sha256 != dac.made.bundle.tokens_sha256


def test_weights_are_those_of_the_file(dac: Case) -> None:
    """The graph holds the folded weights: a convolution of the file is found in it as it is."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(dac.made.bundle.file("decoder.onnx"))).graph
    held = [numpy_helper.to_array(t) for t in graph.initializer]
    weight = load_file(dac.folder / "model.safetensors")["decoder.conv1.weight"].numpy()
    assert any(a.shape == weight.shape and np.array_equal(a, weight) for a in held)
