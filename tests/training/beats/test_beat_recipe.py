"""Training a tiny beat tracker: it learns, goes on where it stopped, and leaves a bundle that hears."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from stemwright.errors import UsageError
from stemwright.live.beats import BeatTracker
from stemwright.models import load_bundle
from stemwright.training.beats.recipe import train_beats
from stemwright.training.beats.trainer import Recipe, Trainer
from support.beats import clicks, write_click_mixes

QUICK = Recipe(batch=3, length=300, warmup_steps=3, final_mixes=1)


@pytest.fixture(scope="module")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_click_mixes(tmp_path_factory.mktemp("mixes"))


@pytest.fixture(scope="module")
def trained(mixes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Where a run of 24 steps went, and its figures."""
    out = tmp_path_factory.mktemp("run") / "whole"
    return out, train_beats(mixes, out, steps=24, preset="tiny", recipe=QUICK, report=lambda line: None)


def test_it_learns_and_its_figures_are_in_the_manifest(trained: tuple[Path, dict[str, Any]]) -> None:
    out, figures = trained
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    valid = [sum(line["valid"]) for line in lines if "valid" in line]
    assert valid[-1] < valid[0]
    manifest = load_bundle(out / "bundle", kind="beats").manifest
    assert manifest.held_out == figures and manifest.steps == 24
    assert {"nats", "with_drums", "without_drums"} == set(figures)
    tracker = BeatTracker.load(out / "bundle", 48_000)
    tracker.push(clicks([0.5, 1.0], 2.0, 48_000))


def test_a_run_that_stopped_goes_on_to_the_same_weights(
    mixes: Path, trained: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, stopped = Trainer.step, []

    def interrupted(
        self: Trainer, batch: tuple[torch.Tensor, torch.Tensor], rate: float, done: float
    ) -> dict[str, float]:
        if self.progress.step == 7 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        return step(self, batch, rate, done)

    monkeypatch.setattr(Trainer, "step", interrupted)

    def go() -> dict[str, Any]:
        return train_beats(mixes, tmp_path, steps=24, preset="tiny", recipe=QUICK, report=lambda line: None)

    with pytest.raises(KeyboardInterrupt):
        go()
    assert go() == trained[1]
    weights = (tmp_path / "bundle" / "model.safetensors").read_bytes()
    assert weights == (trained[0] / "bundle" / "model.safetensors").read_bytes()


def test_it_begins_with_the_weights_of_a_bundle(
    mixes: Path, trained: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    train_beats(
        mixes,
        tmp_path,
        steps=1,
        preset="tiny",
        recipe=QUICK,
        start=trained[0] / "bundle",
        report=lambda line: None,
    )
    first = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
    lines = [json.loads(line) for line in (trained[0] / "log.jsonl").read_text().splitlines()]
    best = min(sum(line["valid"]) for line in lines if "valid" in line)
    assert sum(first["valid"]) == pytest.approx(best, abs=2e-3)  # but for half precision
    with pytest.raises(UsageError, match="is of another preset"):
        train_beats(mixes, tmp_path / "a", steps=1, preset="small", start=trained[0] / "bundle")


def test_what_cannot_be_trained_is_refused(mixes: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="preset"):
        train_beats(mixes, tmp_path / "a", preset="huge")
    with pytest.raises(UsageError, match="run `stemwright train mixes` first"):
        train_beats(tmp_path, tmp_path / "a", steps=1)
