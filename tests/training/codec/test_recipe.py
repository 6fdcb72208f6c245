"""The codec's training: it learns, resumes, is a function of its seed, and exports what it trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch

from stemwright.codec.codec import Codec
from stemwright.codec.tone.hearing import mel_filters
from stemwright.errors import UsageError
from stemwright.evaluation import reconstruction
from stemwright.training.codec.config import TINY, CodecConfig
from stemwright.training.codec.export import FACTORS, export_bundle, last_figures
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.codec.losses import RESOLUTIONS, ReconstructionLoss, si_snr
from stemwright.training.codec.model import CodecModel
from stemwright.training.codec.recipe import train_codec
from stemwright.training.codec.restore import model_of
from stemwright.training.codec.segments import Segments
from stemwright.training.codec.trainer import Recipe, Trainer
from stemwright.training.fit import checkpoint
from stemwright.training.fit.pace import learning_rate

QUICK = Recipe(batch=2, frames=15, warmup_steps=5, warm_rate=4e-4, valid_count=4, adversary=0)
JUDGED = replace(QUICK, adversary=0.3, adversary_from=0.5, adversary_steps=3)


def train(data: Path, out: Path, steps: int, **more: object) -> dict[str, float]:
    return train_codec(
        data,
        out,
        steps=steps,
        seed=1,
        device="cpu",
        report=lambda line: None,
        **{"config": TINY, "recipe": QUICK, **more},
    )  # type: ignore[arg-type]


def test_trains_resumes_and_exports(data: Path, tmp_path: Path) -> None:
    whole = train(data, tmp_path / "a", 12, export=False)
    train(data, tmp_path / "b", 12, export=False)
    first, _ = checkpoint.load(tmp_path / "a" / "checkpoint.safetensors")
    again, meta = checkpoint.load(tmp_path / "b" / "checkpoint.safetensors")
    assert meta["progress"]["step"] == 12
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert whole["total"] == whole["total"]
    assert json.loads((tmp_path / "a" / "log.jsonl").read_text().splitlines()[-1])["step"] == 12
    train(data, tmp_path / "a", 13)
    codec = Codec.load(tmp_path / "a" / "bundle")
    assert codec.bundle.manifest.steps == 13
    assert codec.bundle.manifest.held_out["export_max_difference"] < 1e-4
    assert codec.encode(np.zeros(3200, np.float32)).shape == (8, 10)


@pytest.mark.parametrize("activation", ["silu", "snake"])
def test_learns(data: Path, tmp_path: Path, activation: str) -> None:
    config = replace(TINY, activation=activation)
    early = train(data, tmp_path / "a", 2, export=False, config=config)
    late = train(data, tmp_path / "b", 30, export=False, config=config)
    assert late["total"] < 0.95 * early["total"]


def test_unknown_variants_are_refused() -> None:
    with pytest.raises(UsageError, match="decoder 'convolutions' is no longer known"):
        CodecConfig.from_json({**TINY.to_json(), "decoder": "convolutions"})
    with pytest.raises(ValueError, match="one of silu, snake"):
        CodecConfig(activation="relu")


def test_interrupt_saves(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer.step

    def interrupted(self: Trainer, audio: np.ndarray, rate: float, done: float) -> dict[str, float]:
        if self.progress.step == 3:
            raise KeyboardInterrupt
        return step(self, audio, rate, done)

    monkeypatch.setattr(Trainer, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path, 10)
    _, meta = checkpoint.load(tmp_path / "checkpoint.safetensors")
    assert meta["progress"]["step"] == 3


def test_judges_come_learn_and_are_resumed(data: Path, tmp_path: Path) -> None:
    """Stopped in the middle and gone on, judges included, it is the same run."""
    train(data, tmp_path / "whole", 12, export=False, recipe=JUDGED)
    step = Trainer.step

    def stopping(self: Trainer, audio: np.ndarray, rate: float, done: float) -> dict[str, float]:
        if self.progress.step == 9:
            raise KeyboardInterrupt
        return step(self, audio, rate, done)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Trainer, "step", stopping)
        train(data, tmp_path / "parts", 12, recipe=JUDGED)
    train(data, tmp_path / "parts", 12, export=False, recipe=JUDGED)
    whole, meta = checkpoint.load(tmp_path / "whole" / "checkpoint.safetensors")
    parts, _ = checkpoint.load(tmp_path / "parts" / "checkpoint.safetensors")
    assert meta["progress"]["judged"] == 6
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[k], parts[k]) for k in whole)
    with pytest.raises(UsageError, match="checkpoint of another judges"):
        train(data, tmp_path / "whole", 13)
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    judged = [row["judged"] for row in log if "valid" in row]
    assert judged[0] == 0 and judged[-1] == 6 and judged == sorted(judged)


def test_a_warm_start_begins_where_the_bundle_is(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "first", 30)
    first = last_figures(tmp_path / "first")
    warm = {"start": tmp_path / "first" / "bundle", "config": None}
    train(data, tmp_path / "second", 6, **warm)
    rows = [json.loads(row) for row in (tmp_path / "second" / "log.jsonl").read_text().splitlines()]
    assert rows[0]["step"] == 0
    for part in ("mel", "spectrum", "wave"):  # the total weighs the mel distance otherwise
        assert rows[0]["valid"][part] == pytest.approx(first[part], rel=1e-4)
    second = Codec.load(tmp_path / "second" / "bundle")
    begun = Codec.load(tmp_path / "first" / "bundle").bundle.manifest.steps
    best = min((row for row in rows if "valid" in row), key=lambda row: row["valid"]["total"])
    assert second.bundle.manifest.steps == begun + best["step"]
    assert second.tokens_sha256 == second.sha256
    with pytest.raises(UsageError, match="another configuration"):
        train(data, tmp_path / "third", 1, start=warm["start"], config=CodecConfig())


def test_a_decoder_for_the_same_tokens(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path / "first", 8)
    first = Codec.load(tmp_path / "first" / "bundle")
    train(data, tmp_path / "second", 8, start=first.bundle.path, config=None, keep_tokens=True, recipe=JUDGED)
    second = Codec.load(tmp_path / "second" / "bundle")
    assert second.tokens_sha256 == first.sha256
    sound = (0.2 * np.random.default_rng(0).standard_normal(9600)).astype(np.float32)
    tokens = second.encode(sound)
    np.testing.assert_array_equal(tokens, first.encode(sound))
    assert np.abs(second.decode(tokens) - first.decode(tokens)).max() > 1e-4
    before, after = model_of(first.bundle), model_of(second.bundle)
    assert torch.equal(before.quantiser.codebooks, after.quantiser.codebooks)
    with pytest.raises(UsageError, match="give that codec's bundle"):
        export_bundle(tmp_path / "second" / "best.safetensors", tmp_path / "x")
    with pytest.raises(UsageError, match=r"^keep_tokens: whose. give from BUNDLE too"):
        train(data, tmp_path / "third", 1, keep_tokens=True)


def test_other_configuration_and_damage(data: Path, tmp_path: Path) -> None:
    train(data, tmp_path, 1, export=False)
    with pytest.raises(UsageError, match="checkpoint of another config"):
        train_codec(
            data, tmp_path, steps=2, config=CodecConfig(channels=(8, 8, 16, 32), width=32), recipe=QUICK
        )
    (tmp_path / "checkpoint.safetensors").write_bytes(b"not a checkpoint")
    with pytest.raises(UsageError, match="not a readable checkpoint"):
        train(data, tmp_path, 2)
    with pytest.raises(UsageError, match="no audio shards"):
        train(tmp_path, tmp_path / "x", 2)


def test_batches_depend_on_seed_and_step_alone(data: Path) -> None:
    a, b = (Segments(data, "train", 4800, seed=5) for _ in range(2))
    np.testing.assert_array_equal(a.batch(7, 4), b.batch(7, 4))
    assert not np.array_equal(a.batch(7, 4), a.batch(8, 4))
    many = a.batch(0, 64)
    assert many.dtype == np.float32
    assert np.abs(many).max() <= 1.0
    assert a.held_out(3).shape == (3, 4800)


def test_segments_have_silence_and_all_levels(data: Path) -> None:
    many = Segments(data, "train", 4800, seed=5).batch(0, 600)
    silent = np.all(many == 0, axis=1)
    half = (many[:, :200] == 0).all(axis=1) ^ (many[:, -200:] == 0).all(axis=1)
    assert 2 <= silent.sum() <= 40
    assert 6 <= half.sum() <= 90
    peaks = np.abs(many[~silent]).max(axis=1)
    assert np.mean(peaks < 0.02) > 0.05
    assert np.mean(peaks > 0.1) > 0.4


def test_loss_is_the_reported_distance() -> None:
    rng = np.random.default_rng(0)
    x, y = (0.1 * rng.standard_normal((1, 24000)).astype(np.float32) for _ in range(2))
    for n_fft, bands in RESOLUTIONS:
        np.testing.assert_allclose(
            mel_filters(n_fft, bands, 24000),
            reconstruction.mel_filters(n_fft, bands, 24000),
            atol=1e-6,
        )
    _, parts = ReconstructionLoss()(torch.from_numpy(y), torch.from_numpy(x))
    assert float(parts["mel"]) == pytest.approx(
        reconstruction.mel_distance(x[0], y[0]), rel=0.02
    )  # edges differ
    assert float(si_snr(torch.from_numpy(y), torch.from_numpy(x))) == pytest.approx(
        reconstruction.si_snr(x[0], y[0]), abs=1e-2
    )


@torch.no_grad()
def test_the_decoder_sounds_the_same_without_a_transform() -> None:
    """As its graph computes it, the bin at half the rate too."""
    model = CodecModel(TINY).eval()
    bins, z = model.decoder.bins, torch.randn(1, 9, TINY.latent)
    model.decoder.head.bias[[bins - 1, 2 * bins - 1]] = torch.tensor([3.0, 1.0])
    want = model.decoder(z)
    model.decoder.inverse = FactoredInverse(*FACTORS)
    torch.testing.assert_close(model.decoder(z), want, atol=1e-6, rtol=1e-4)


@torch.no_grad()
def test_head_lays_frames_where_they_belong() -> None:
    """A spectrum that says 'impulse in the middle of the frame' gives impulses at 320 t + 160."""
    model = CodecModel(TINY).eval()
    bins = model.decoder.bins
    sign = torch.tensor([1.0, -1.0]).repeat(bins)[:bins]  # spectrum of an impulse at sample n_fft / 2
    model.decoder.spectrum = lambda z: (
        sign.expand(1, z.shape[1] + 4, bins),
        torch.zeros(1, z.shape[1] + 4, bins),
    )  # type: ignore[method-assign]
    audio = model.decoder(torch.zeros(1, 5, TINY.latent))[0]
    assert audio.shape == (1600,)
    assert torch.nonzero(audio > 0.1).flatten().tolist() == [160, 480, 800, 1120, 1440]


def test_rate() -> None:
    recipe = Recipe(warmup_steps=10)
    assert learning_rate(recipe, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(recipe, 50, 0.5) == pytest.approx(0.505)
    assert learning_rate(recipe, 50, 2.0) == pytest.approx(0.01)
