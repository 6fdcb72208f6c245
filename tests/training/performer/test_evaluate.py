"""Held-out losses through the engine: those of the model in PyTorch, token by token."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("stemwright.native._engine")

from stemwright.cli.main import run  # noqa: E402
from stemwright.conditioning import feature_size  # noqa: E402
from stemwright.errors import UsageError  # noqa: E402
from stemwright.models import Bundle, load_bundle, write_bundle  # noqa: E402
from stemwright.native.engine import Engine  # noqa: E402
from stemwright.training.performer import teacher_forced as ev  # noqa: E402
from stemwright.training.performer.config import PerformerConfig  # noqa: E402
from stemwright.training.performer.export import export  # noqa: E402
from stemwright.training.performer.model import PerformerNetwork  # noqa: E402
from support.shards import CODEBOOK_SIZE, CODEC_SHA256  # noqa: E402

CONFIG = PerformerConfig(
    features=feature_size("drums"),
    d_model=64,
    layers=3,
    heads=4,
    kv_heads=2,
    head_dim=16,
    ffn=96,
    codebook_size=CODEBOOK_SIZE,
    window=24,
)
HELD_OUT = {"loss": [2.0] * 8, "loss_int8": [2.01] * 8}
LENGTH = 150  # more than one piece, many windows; 307 steps a clip make a third crop of 7 steps, left out


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A random performer, loud enough that its attention matters."""
    torch.manual_seed(5)
    state = {name: 2 * value for name, value in PerformerNetwork(CONFIG, LENGTH).state_dict().items()}
    about = {"name": "drums", "preset": "tiny", "codec_sha256": CODEC_SHA256, "held_out": HELD_OUT}
    path = tmp_path_factory.mktemp("bundle") / "drums"
    return load_bundle(export(path, CONFIG, state, about).path)


def crop_means(predict: ev.Predict, clips: ev.ClipSet) -> np.ndarray:
    """Nats a token of every crop and codebook."""
    found = ev.measure(predict, ev.batches(clips, 64, LENGTH))
    means: np.ndarray = (found.sums / found.counts).numpy()
    return means


def test_engine_equals_torch_crop_by_crop(bundle: Bundle, shards: Path) -> None:
    clips = ev.load_clips(bundle, shards)
    expected = crop_means(ev.through_torch(bundle, LENGTH), clips)
    assert expected.shape == (4, 8) and expected.std() > 0.05
    found = crop_means(ev.through_engine(ev.engine_of(bundle, "float32")), clips)
    assert np.abs(found - expected).max() < 1e-3
    narrower = {**bundle.manifest.architecture, "window": CONFIG.window - 1}
    other = crop_means(ev.through_engine(Engine(narrower, bundle.tensors())), clips)
    assert np.abs(other - expected).max() > 1e-3  # a window of one step less would be seen
    low = crop_means(ev.through_engine(ev.engine_of(bundle, "int8")), clips)
    assert 0 < np.abs(low - expected).max() < 0.02 * expected.mean()


def test_losses_are_those_of_the_definition(bundle: Bundle, shards: Path) -> None:
    """One clip, one step at a time, softmax and delay pattern written out."""
    clips = ev.load_clips(bundle, shards)
    tokens = clips.clips[1].tokens().astype(np.int64)
    frames = tokens.shape[1]
    batch = clips.crops([(1, 0)], frames + 7)
    found = ev.measure(ev.through_engine(ev.engine_of(bundle, "float32")), [batch])
    assert found.counts.tolist() == [[frames] * 8]
    state = ev.engine_of(bundle, "float32").state()
    sums = np.zeros(8)
    for step in range(frames + 7):
        heard = [tokens[k, step - 1 - k] if 0 <= step - 1 - k < frames else CODEBOOK_SIZE for k in range(8)]
        logits = state.step(np.array([heard]), batch.features[:, step])[0].astype(np.float64)
        for k in range(8):
            if 0 <= step - k < frames:
                sums[k] += np.log(np.exp(logits[k]).sum()) - logits[k, tokens[k, step - k]]
    np.testing.assert_allclose(found.sums[0], sums, rtol=1e-5)


def test_standard_errors() -> None:
    draws = torch.tensor(np.random.default_rng(0).normal(5, 1, (40, 1)))
    counts = torch.full((40, 1), 10)
    one = ev.Losses(draws * counts, counts)
    assert one.error().item() == pytest.approx(float(draws.std()) / 40**0.5)
    two = ev.Losses(one.sums * 1.01, counts)
    gain, error = two.change(one)
    assert gain.item() == pytest.approx(1.0)
    assert error.item() == pytest.approx(one.error().item() / one.per_token().item())
    wide = ev.Losses(torch.cat([one.sums, two.sums], 1), torch.cat([counts, 3 * counts], 1))
    again = ev.Losses.together([wide, wide]).all_books()
    assert again.counts.shape == (80, 1) and again.counts.sum() == 2 * 40 * 40
    assert again.per_token().item() == pytest.approx(float(wide.sums.sum() / wide.counts.sum()))


def test_command(bundle: Bundle, shards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "evaluate", str(bundle.path), str(shards), "--crops", "2", "--threads", "1"]
    assert run([*command, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["crops"] == 2 and made["bundle"] == bundle.sha256
    assert made["losses"]["manifest_float"] == HELD_OUT["loss"]
    assert made["changes"]["int8_weights"] == [0.5] * 8
    assert max(map(abs, made["changes"]["engine_against_torch"])) < 0.1
    assert run(command) == 0
    shown = capsys.readouterr().out
    for key in ("torch", "engine_float32", "engine_int8"):
        assert all(f"{value:.3f}" in shown for value in made["losses"][key])
    assert "int8 cache costs, %" in shown


def test_bad_input(bundle: Bundle, shards: Path, tmp_path: Path) -> None:
    def with_(**fields: object) -> str:
        changed = replace(bundle.manifest, **fields)  # type: ignore[arg-type]
        weights = {"model.safetensors": bundle.path / "model.safetensors"}
        return str(write_bundle(tmp_path / "other", changed, weights).path)

    for name, data, match in (
        ("nowhere", shards, "not found"),
        (str(bundle.path), tmp_path, "no valid clips"),
        (with_(codec_sha256="d" * 64), shards, "another codec"),
    ):
        with pytest.raises(UsageError, match=match):
            ev.evaluate(name, data)
    with pytest.raises(UsageError, match="crops"):
        ev.evaluate(str(bundle.path), shards, crops=0)
    with pytest.raises(UsageError, match="'banjo'"):
        ev.evaluate(with_(name="banjo"), shards)
    with pytest.raises(UsageError, match="of conditioning version 7"):
        ev.evaluate(with_(conditioning_version=7), shards)
    with pytest.raises(UsageError, match="made for 241 features"):
        ev.evaluate(with_(name="bass"), shards)
