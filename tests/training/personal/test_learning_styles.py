"""Learning a style from files, end to end with tiny performers: training, bundle, resuming, engine parity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")

import torch

from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle
from stemwright.models.adapter import ADAPTER_FILE
from stemwright.models.personal import style_layers
from stemwright.native.engine import Engine
from stemwright.training.personal import files, mixing
from stemwright.training.personal.adapters import Adapters
from stemwright.training.personal.trainer import StyleRecipe, StyleTrainer
from support.personal import melody, recording
from support.tones import write_tones

RECIPE = StyleRecipe(length=64, batch=2, valid_crops=2, rank=2, most=1.0, warmup_steps=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_tones(tmp_path / "weights")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.setattr(mixing, "PLAYED_CLIPS", {"train": 1, "valid": 1})
    monkeypatch.setattr(mixing, "FORM", "verse:2")
    return tmp_path


def learnt(home: Path, steps: int = 4, said: list[str] | None = None, **options: object) -> Bundle:
    sound = home / "take.wav"
    if not sound.exists():
        recording(sound, melody(66.0))
    lines = [] if said is None else said
    wish = {"layer": "lead", "steps": steps, "recipe": RECIPE, "threads": 1, "consent": "mine", **options}
    return files.learn_from_files("mine", [sound], report=lines.append, **wish)  # type: ignore[arg-type]


def test_a_style_is_learnt_from_a_file(home: Path) -> None:
    said: list[str] = []
    bundle = learnt(home, said=said)
    assert style_layers("mine").keys() == {"lead"}
    manifest = bundle.manifest
    base = load_bundle(home / "weights" / "lead")
    assert manifest.architecture["base_sha256"] == base.sha256
    assert manifest.licences == ("consent: mine",) and manifest.sources[0].startswith("take.wav ")
    assert manifest.held_out["user_after_mean"] < manifest.held_out["user_before_mean"]
    assert {"base_before_mean", "base_after_mean"} <= set(manifest.held_out)
    copied = manifest.held_out["copied"]
    assert copied.keys() == {"all", "first"} and copied["all"].keys() == {"style", "without", "own"}
    assert any("longest run of frames" in line for line in said)
    assert any("notes were heard" in line or "timbre only" in line for line in said)
    assert not (style_layers("mine")["lead"].parent / ".lead.work").exists()
    with pytest.raises(UsageError, match="has learnt lead already"):
        learnt(home)


def test_a_stopped_run_goes_on_to_the_same_style(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = learnt(home).manifest.files[ADAPTER_FILE]
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "other"))
    step = StyleTrainer.step

    def stopping(self: StyleTrainer, *args: object) -> dict[str, float]:
        if self.progress.step == 2:
            raise KeyboardInterrupt
        return step(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(StyleTrainer, "step", stopping)
        with pytest.raises(KeyboardInterrupt):
            learnt(home)
    said: list[str] = []
    assert learnt(home, said=said).manifest.files[ADAPTER_FILE] == whole
    assert "going on from step 2" in said


def test_bad_wishes_leave_nothing_behind(home: Path) -> None:
    sound = recording(home / "short.wav", melody(20.0))
    for options, said in (
        ({}, "20 s of sound in all"),
        ({"layer": "../x"}, "must be one of"),
        ({"midi": [home / "a.mid", home / "b.mid"]}, "2 files for 1 recordings"),
        ({"consent": "a\nb"}, "must be one line"),
    ):
        wish = {"layer": "lead", "steps": 2, "recipe": RECIPE, "report": print, **options}
        with pytest.raises(UsageError, match=said):
            files.learn_from_files("mine", [sound], **wish)  # type: ignore[arg-type]
    assert style_layers("mine") == {} and not (home / "user" / "stemwright" / "personal" / "mine").exists()


def test_the_engine_plays_what_was_trained(home: Path) -> None:
    """Random adapters in both: logits agree."""
    base = load_bundle(home / "weights" / "lead")
    trainer = StyleTrainer(base, replace(RECIPE, rank=8), torch.device("cpu"), 0)
    draw = np.random.default_rng(1)
    config = base.manifest.architecture
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.copy_(torch.from_numpy(draw.standard_normal(parameter.shape).astype(np.float32) * 0.1))
    side = {k.replace("/", "."): p.detach().numpy() for k, p in trainer.model.named_parameters()}
    codes = draw.integers(0, config["codebook_size"], (1, 64, config["codebooks"]))
    rows = draw.standard_normal((1, 64, config["features"])).astype(np.float32) * np.float32(0.1)
    made = Engine(config, base.tensors()).adapted(side).state().prefill(codes, rows, logits=True)
    with torch.no_grad():
        wanted = trainer.network.eval()(torch.from_numpy(codes), torch.from_numpy(rows)).numpy()
    np.testing.assert_allclose(made, wanted, atol=2e-4)


def test_only_the_adapter_is_trained(home: Path) -> None:
    trainer = StyleTrainer(load_bundle(home / "weights" / "lead"), RECIPE, torch.device("cpu"), 0)
    assert isinstance(trainer.model, Adapters)
    free = [name for name, p in trainer.network.named_parameters() if p.requires_grad]
    assert free and all(name.endswith((".a", ".b")) for name in free)
