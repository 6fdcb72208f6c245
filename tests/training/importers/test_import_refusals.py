"""What cannot be imported is refused in one line that names file, field and fix, before any work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("transformers")

import torch

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.training.importers.export import import_codec
from stemwright.training.importers.published_folder import read_folder
from stemwright.training.importers.rates import codebooks_for
from support.checkpoints import edit_config, edit_weights, write_dac, write_encodec


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    parent = tmp_path_factory.mktemp("published")
    write_encodec(parent / "encodec")
    write_dac(parent / "dac")
    return {name: parent / name for name in ("encodec", "dac")}


@pytest.fixture
def copy(published: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a checkpoint to damage."""

    def make(name: str) -> Path:
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        return Path(shutil.copytree(published[name], tmp_path / name))

    return make


def refused(folder: Path, match: str, **options: Any) -> None:
    with pytest.raises(UsageError, match=match) as caught:
        import_codec(folder, folder.parent / "bundle", **options)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400 + len(str(folder))
    assert not (folder.parent / "bundle").exists()


def test_missing_files(copy: Callable[[str], Path], tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "is not a folder")
    folder = copy("dac")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(folder, "pytorch_model.bin, a pickle, .* download model.safetensors")
    (folder / "pytorch_model.bin").unlink()
    refused(folder, "model.safetensors: is missing")
    (folder / "model.safetensors.index.json").write_text("{}")
    refused(folder, "in several files")
    (folder / "config.json").unlink()
    refused(folder, "config.json: is missing")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "not valid JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[]", "JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ("{}", "model_type"),
        ('{"model_type": "mimi"}', "'model_type' is 'mimi': must be 'encodec' or 'dac'"),
        ('{"model_type": ["dac"]}', "model_type"),
        ("\xff", "model_type|UTF-8|JSON"),
        (" " * (1 << 20) + "{}", "larger than"),
    ],
)
def test_strange_configurations(copy: Callable[[str], Path], text: str, match: str) -> None:
    folder = copy("dac")
    (folder / "config.json").write_text(text)
    refused(folder, match)


@pytest.mark.parametrize(
    ("name", "fields", "match"),
    [
        ("encodec", {"audio_channels": 2, "sampling_rate": 48000}, "stereo .* is not supported"),
        ("encodec", {"use_causal_conv": False}, "look ahead"),
        ("encodec", {"normalize": True}, "'normalize' is True"),
        ("encodec", {"norm_type": "time_group_norm"}, "norm_type"),
        ("encodec", {"chunk_length_s": 1.0}, "chunk_length_s"),
        ("encodec", {"codebook_dim": 8}, "codebook_dim"),
        ("encodec", {"num_filters": 0}, "num_filters"),
        ("encodec", {"num_filters": 1e9}, "num_filters"),
        ("encodec", {"num_lstm_layers": True}, "num_lstm_layers"),
        ("encodec", {"upsampling_ratios": [16] * 8}, "at most 4096 samples"),
        ("encodec", {"upsampling_ratios": "8542"}, "list of 1 to 8"),
        ("encodec", {"target_bandwidths": [6.0, 3.0]}, "must be one of|must rise"),
        ("encodec", {"target_bandwidths": [6.0, 1000]}, "32 codebooks"),
        ("encodec", {"architectures": ["MimiModel"]}, "EncodecModel"),
        ("encodec", {"sampling_rate": 32000}, "preprocessor_config.json: field 'sampling_rate'"),
        ("dac", {"codebook_size": 1000}, "power of two"),
        ("dac", {"n_codebooks": 64}, "n_codebooks"),
        ("dac", {"downsampling_ratios": [2, 4, 5, 1]}, "2 to 16"),
        ("dac", {"hidden_size": 65}, "hidden_size"),
        ("dac", {"upsampling_ratios": [2, 4, 5, 8]}, "from the end"),
        ("dac", {"decoder_hidden_size": 33}, "divide by 16"),
        ("dac", {"sampling_rate": float("nan")}, "NaN is not a number"),
    ],
)
def test_fields_out_of_range(
    copy: Callable[[str], Path], name: str, fields: dict[str, Any], match: str
) -> None:
    folder = copy(name)
    edit_config(folder, **fields)
    refused(folder, match)


def test_weights_that_do_not_fit(copy: Callable[[str], Path]) -> None:
    folder = copy("dac")
    edit_config(folder, codebook_dim=5)
    refused(folder, r"quantizer.quantizers.0.* needs floats \[.*5.*\]")
    folder = copy("dac")
    edit_config(folder, n_codebooks=9)
    refused(folder, "holds tensor 'quantizer.quantizers.9")
    folder = copy("dac")
    edit_config(folder, n_codebooks=11)
    refused(folder, "tensor 'quantizer.quantizers.10.* is missing")
    folder = copy("dac")
    edit_config(folder, decoder_hidden_size=8192)
    refused(folder, "too few for the")


def test_strange_weights(copy: Callable[[str], Path]) -> None:
    name = "decoder.conv1.weight"
    first = "encoder.layers.0.conv.parametrizations.weight.original1"
    for name_of, change, match in (
        ("dac", {name: torch.full((32, 64, 7), float("nan"))}, "not finite"),
        ("dac", {name: torch.zeros(32, 64, 7, dtype=torch.int32)}, "needs floats"),
        ("encodec", {first: torch.zeros(4, 1, 7)}, "not finite"),
    ):
        folder = copy(name_of)
        edit_weights(folder, lambda tensors, change=change: {**tensors, **change})
        refused(folder, match)
    for data in (b"", b"\xff" * 100_000, b"PK\x03\x04" + bytes(1_000_000)):
        folder = copy("dac")
        (folder / "model.safetensors").write_bytes(data)
        refused(folder, "not a safetensors file|too few")


def test_bandwidths(copy: Callable[[str], Path]) -> None:
    refused(copy("encodec"), "kbit must be one of 1.5, 3, 6", kbit=4.5)
    refused(copy("dac"), "kbit 0.5: .* needs 0.75 kbit/s", kbit=0.5)
    refused(copy("dac"), "kbit nan", kbit=float("nan"))
    refused(copy("dac"), "name 'My Codec'", name="My Codec")


def test_halves_are_widened(copy: Callable[[str], Path]) -> None:
    """Weights of 16 bits are taken as they are."""
    from stemwright.training.importers.dac import read_dac

    folder = copy("dac")
    edit_weights(folder, lambda tensors: {k: v.to(torch.bfloat16) for k, v in tensors.items()})
    network = read_dac(read_folder(folder), 6.0)
    assert all(p.dtype == torch.float32 for p in network.decoder.parameters())


@pytest.mark.parametrize(
    ("readme", "licence"),
    [
        ("---\nlicense: mit\ntags:\n- audio\n---\n# DAC", "mit"),
        ("---\nlanguage: en\nlicense: 'cc-by-nc-4.0'\n---", "cc-by-nc-4.0"),
        ("---\nlanguage: en\n---\nlicense: mit", ""),
        ("# EnCodec\nlicense: mit", ""),
        ("---\nlicense:\n- mit\n---", ""),
        ("", ""),
    ],
)
def test_licence_of_the_readme(copy: Callable[[str], Path], readme: str, licence: str) -> None:
    folder = copy("dac")
    (folder / "README.md").write_text(readme)
    assert read_folder(folder).licence == licence


def test_command(copy: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy("dac")
    assert run(["import-codec", str(folder), str(tmp_path / "out"), "--kbit", "1.5", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["codebooks"] == 2 and made["sample_rate"] == 24000
    assert made["licences"] == ["not stated by the folder"]
    assert run(["import-codec", str(folder), str(folder)]) == 2
    assert "is not a bundle" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kbit", "books"), [(0.75, 1), (5.99, 7), (6.0, 8), (7.5, 10), (24.0, 10), (float("inf"), 10)]
)
def test_codebooks_for_a_rate(published: dict[str, Path], kbit: float, books: int) -> None:
    assert codebooks_for(read_folder(published["dac"]), kbit, 24000, 320, 1024, 10) == books
