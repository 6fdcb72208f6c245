"""CLAP through a small model of its architecture with random weights: shapes and behaviour, not quality."""

import sys

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.evaluation import clap

RATE = 24000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    audio = {"patch_embeds_hidden_size": 16, "hidden_size": 32, "depths": [1, 1], "projection_dim": 32}
    audio |= {"num_attention_heads": [2, 2], "num_hidden_layers": 2, "enable_fusion": False}
    text = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    text |= {"projection_dim": 32, "vocab_size": 50}
    config = transformers.ClapConfig(audio_config=audio, text_config=text, projection_dim=32)
    path = tmp_path_factory.mktemp("clap")
    transformers.ClapModel(config).save_pretrained(path)
    transformers.ClapFeatureExtractor(truncation="rand_trunc").save_pretrained(path)
    return path


def test_vectors_of_clips(folder):
    embed = clap.load(folder)
    at = np.arange(11 * RATE) / RATE
    audio = 0.2 * np.sin(2 * np.pi * 220 * at) * (at % 1)
    found = embed(audio, RATE)
    assert found.shape == (2, 32) and np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    assert np.array_equal(found, embed(audio, RATE))
    assert embed(np.zeros(6 * RATE), RATE).shape == (0, 32)
    noise = 0.1 * np.random.default_rng(0).standard_normal(5 * RATE)
    assert not np.allclose(embed(noise, RATE)[0], found[0])


def test_a_folder_without_weights_is_named(tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"model\.safetensors"):
        clap.load(tmp_path)


def test_another_model_is_refused(folder, tmp_path):
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x10" * 40)
    with pytest.raises(UsageError, match="not a CLAP model"):
        clap.load(tmp_path)


def test_a_missing_extra_is_said_in_one_line(tmp_path, monkeypatch):
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match=r"pip install 'stemwright\[import\]'"):
        clap.load(tmp_path)
