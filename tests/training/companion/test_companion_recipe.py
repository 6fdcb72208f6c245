"""Training a tiny companion: it learns, goes on where it stopped, and leaves a bundle that plays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.models.companion_tensors import PARTS
from stemwright.symbolic.companion import Companion
from stemwright.training.companion.recipe import train_companion
from stemwright.training.companion.trainer import Recipe, Trainer
from stemwright.training.fit.run import CHECKS
from support.corpora import write_corpus

QUICK = Recipe(batch=4, length=24, warmup_steps=4, arranged=2, valid_songs=2, final_songs=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Where a run of 40 steps went, and its figures."""
    out = tmp_path_factory.mktemp("run") / "whole"
    return out, train_companion(corpus, out, steps=40, preset="tiny", recipe=QUICK, report=lambda line: None)


def test_it_learns_and_its_figures_are_in_the_manifest(trained: tuple[Path, dict[str, Any]]) -> None:
    out, figures = trained
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    valid = [sum(line["valid"]) for line in lines if "valid" in line]
    assert len(valid) == 1 + CHECKS and valid[-1] < valid[0]
    manifest = load_bundle(out / "bundle", kind="companion").manifest
    assert manifest.held_out == figures and manifest.steps == 40
    assert manifest.licences == ("Apache-2.0", "CC0", "MIT") and len(manifest.sources) == 3
    for name in ("chain", "alone", "last", "bigram"):
        row = figures[name]
        assert abs(sum(row[part] for part in PARTS) - row["all"]) < 1e-3
    assert set(figures["by_source"]) == {"band", "duo"}
    player = Companion.load(out / "bundle")
    assert [player.query_feed() for _ in range(20)]


def test_a_run_that_stopped_goes_on_to_the_same_weights(
    corpus: Path, trained: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Trainer.step

    def interrupted(self: Trainer, batch: None, rate: float, done: float) -> dict[str, float]:
        if self.progress.step == 17 and not any("saved" in line for line in told):
            raise KeyboardInterrupt
        return step(self, batch, rate, done)

    monkeypatch.setattr(Trainer, "step", interrupted)
    told: list[str] = []
    options: dict[str, Any] = {"steps": 40, "preset": "tiny", "recipe": QUICK, "report": told.append}
    with pytest.raises(KeyboardInterrupt):
        train_companion(corpus, tmp_path / "run", **options)
    train_companion(corpus, tmp_path / "run", **options)
    assert "going on from step 17" in told
    files = [
        (folder / "bundle" / "model.safetensors").read_bytes() for folder in (trained[0], tmp_path / "run")
    ]
    assert files[0] == files[1]


def test_checkpoints_of_another_seed_and_bad_budgets_are_refused(
    corpus: Path, trained: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="checkpoint of another seed"):
        train_companion(corpus, trained[0], steps=40, preset="tiny", recipe=QUICK, seed=1, report=print)
    with pytest.raises(UsageError, match="minutes is 0"):
        train_companion(corpus, tmp_path, minutes=0)
    with pytest.raises(UsageError, match="preset: 'huge'"):
        train_companion(corpus, tmp_path, preset="huge")
    empty = write_corpus(tmp_path / "empty", valid=0)
    with pytest.raises(UsageError, match="valid split has no songs"):
        train_companion(empty, tmp_path / "out", steps=1, preset="tiny", recipe=QUICK)
