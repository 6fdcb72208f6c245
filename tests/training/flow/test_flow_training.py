"""The flow's training: it learns, goes on to the same bits, exports what it trained, and is trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stemwright.conditioning import frame_features
from stemwright.dataset.shards import clips
from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.layer import flow_layer
from stemwright.flow.network import FlowNetwork
from stemwright.models import Bundle, load_bundle
from stemwright.training.fit import checkpoint
from stemwright.training.flow.config import flow_config
from stemwright.training.flow.crops import known, stretches
from stemwright.training.flow.export import model_of
from stemwright.training.flow.latents import latents_of
from stemwright.training.flow.recipe import train_flow
from stemwright.training.flow.trainer import FlowRecipe
from support.sounding import write_sounding
from support.tone_codec import write_tone_codec

QUICK = FlowRecipe(compile=False, batch=4, length=50, warmup_steps=5, valid_count=4, learning_rate=4e-3)


@pytest.fixture(scope="session")
def speaking(tone_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A tone codec of random numbers."""
    return write_tone_codec(tone_data, tmp_path_factory.mktemp("codec"))


def train(data: Path, out: Path, codec: Bundle, steps: int, **more: object) -> dict[str, float]:
    given = {"size": "tiny", "recipe": QUICK, "device": "cpu", "report": lambda line: None, **more}
    return train_flow(data, out, codec=codec.path, steps=steps, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def trained(tone_data: Path, speaking: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("flow-run")
    train(tone_data, out, speaking, 60)
    return out


def test_it_learns(trained: Path) -> None:
    rows = [json.loads(row) for row in (trained / "log.jsonl").read_text().splitlines()]
    held = [sum(row["valid"]) for row in rows if "valid" in row]
    assert held[-1] < 0.8 * held[0]


def test_a_stopped_run_goes_on_to_the_same_bits(tone_data: Path, speaking: Bundle, tmp_path: Path) -> None:
    train(tone_data, tmp_path / "whole", speaking, 6)
    from stemwright.training.flow.trainer import FlowTrainer

    step = FlowTrainer.step

    def stopping(self: FlowTrainer, batch: object, rate: float, done: float) -> dict[str, float]:
        if self.progress.step == 4:
            raise KeyboardInterrupt
        return step(self, batch, rate, done)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FlowTrainer, "step", stopping)
        train(tone_data, tmp_path / "parts", speaking, 6)
    train(tone_data, tmp_path / "parts", speaking, 6)
    whole, _ = checkpoint.load(tmp_path / "whole" / "checkpoint.safetensors")
    parts, _ = checkpoint.load(tmp_path / "parts" / "checkpoint.safetensors")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_the_bundle_is_the_network_and_is_trained_on(
    tone_data: Path, speaking: Bundle, trained: Path, tmp_path: Path
) -> None:
    bundle = load_bundle(trained / "bundle", kind="flow")
    assert bundle.manifest.held_out["graph_difference"] < 0.05
    assert bundle.manifest.architecture["timbres"]["bass"][0] == "finger"
    rate = replace(QUICK, learning_rate=0.0)
    with pytest.raises(StemwrightError, match="gained nothing"):
        train(tone_data, tmp_path, speaking, 1, start=bundle.path, recipe=rate)
    row = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
    best = bundle.manifest.held_out["velocity"]
    assert QUICK.total(row["valid"]) == pytest.approx(best, rel=0.02)
    assert model_of(bundle).config.width == 64


def test_it_plays_tokens_of_its_codec(tone_data: Path, trained: Path) -> None:
    network = FlowNetwork(load_bundle(trained / "bundle"))
    clip = clips(tone_data, "bass", "valid")[0]
    features = frame_features(clip.state(), "bass", clip.score(), timbre=0)
    made = flow_layer(network, features, layer="bass", seed=1, take=1)
    assert made.shape == (3, clip.frames) and made.max() < 32
    near = network.space.latents(network.space.steps(network.space.of_tokens(made)), clip.frames)
    wanted = np.asarray(latents_of(clip, 8), np.float32)
    scale = network.space.scale
    error = np.square((near - wanted) / scale).mean()
    shuffled = np.square((near - wanted[::-1]) / scale).mean()
    assert error < shuffled


def test_a_batch_is_its_step_alone(tone_data: Path, trained: Path) -> None:
    space = FlowNetwork(load_bundle(trained / "bundle")).space
    found = stretches(tone_data, ["bass", "drums"], "train", 393)
    first, again, next_one = (found.batch(space, 1, step, 3, 40) for step in (5, 5, 6))
    np.testing.assert_array_equal(first.sound, again.sound)
    np.testing.assert_array_equal(first.known, again.known)
    assert not np.array_equal(first.sound, next_one.sound)
    assert (first.known <= first.counted).all()


def test_captions_are_told(tone_data: Path, speaking: Bundle, tmp_path: Path) -> None:
    text = write_sounding(tmp_path, 512)
    train(tone_data, tmp_path / "run", speaking, 4, text=text.path)
    bundle = load_bundle(tmp_path / "run" / "bundle")
    assert bundle.manifest.architecture["text_sha256"] == text.sha256
    found = stretches(tone_data, ["bass", "drums"], "train", 393, styled=True)
    told = found.batch(FlowNetwork(bundle).space, 1, 5, 40, 40).style
    lengths = np.linalg.norm(told, axis=1)
    assert 0.3 < (lengths > 0.99).mean() < 0.9 and (lengths == 0).any()
    with pytest.raises(UsageError, match="gives no 512 numbers of a text; make it with `train clips`"):
        train(tone_data, tmp_path / "run2", speaking, 1, text=write_sounding(tmp_path / "other").path)


def test_some_is_known_and_never_all() -> None:
    rng = np.random.default_rng(0)
    drawn = [known(40, 50, rng) for _ in range(400)]
    shares = np.array([each[:40].mean() for each in drawn])
    assert 0.3 < (shares == 0).mean() < 0.5 and shares.max() < 1
    assert not any(each[40:].any() for each in drawn)
    assert any(each[0] and each[39] for each in drawn)  # filling in


def test_other_codecs_are_refused(tone_data: Path, trained: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a flow; give the bundle of a tone codec"):
        train_flow(tone_data, tmp_path, codec=trained / "bundle", steps=1)
    with pytest.raises(UsageError, match="size: 'huge' is not known"):
        flow_config("huge", 8)
