"""Training a tiny composer: the bundle that comes out writes notes, and a stopped run goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from stemwright.compose.arranger import decide
from stemwright.errors import UsageError
from stemwright.models import load_bundle, write_bundle
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import load
from stemwright.symbolic.composer.conditions import FEATURES
from stemwright.symbolic.composer.draft import Draft
from stemwright.symbolic.events.vocabulary import identity
from stemwright.training.composer import finish
from stemwright.training.composer.recipe import shape, train_composer
from stemwright.training.composer.warm import warm_weights
from stemwright.training.performer.trainer import Recipe
from support.corpora import write_corpus

CONFIG = replace(shape("tiny"), d_model=32, layers=1, heads=2, kv_heads=1, head_dim=16, ffn=32, window=128)
RECIPE = Recipe(batch=2, length=128, noise=0.0, warmup_steps=2, valid_crops=4, compile=False)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(finish, "_COUNTED", 16)


def train(corpus: Path, out: Path, steps: int) -> dict:
    said: list[str] = []
    return train_composer(
        corpus, out, steps=steps, threads=1, config=CONFIG, recipe=RECIPE, report=said.append
    )


def test_a_trained_bundle_writes(corpus, tmp_path):
    figures = train(corpus, tmp_path / "run", 12)
    bundle = load_bundle(tmp_path / "run" / "bundle", kind="composer")
    assert bundle.manifest.architecture["events"] == identity() and bundle.manifest.steps == 12
    assert bundle.manifest.licences == ("CC0", "MIT") and bundle.manifest.held_out == figures
    assert 0 < figures["trigram"] < 7 and 0 < figures["loss"] < 7.5
    assert figures["loss_int8"] == pytest.approx(figures["loss"], abs=0.05)
    draft = Draft.of(decide(GlobalState.create(form="verse:2")), {})
    draft.notes = {4: [None, None]}
    load(bundle.path).write(draft, [(4, 0), (4, 1)], seed=3)
    assert all(bar is not None for bar in draft.notes[4])


def test_a_run_goes_on_where_it_was(corpus, tmp_path):
    train(corpus, tmp_path / "whole", 6)
    train(corpus, tmp_path / "parts", 3)
    again = train(corpus, tmp_path / "parts", 6)
    assert again["train_songs"] == 4
    assert load_bundle(tmp_path / "parts" / "bundle").manifest.steps == 6


def test_a_run_begins_with_a_bundles_weights(corpus, tmp_path):
    train(corpus, tmp_path / "first", 8)
    first = load_bundle(tmp_path / "first" / "bundle")
    few = {**first.manifest.architecture, "features": 40}
    tensors = {**first.tensors(), "cond.weight": np.ascontiguousarray(first.tensors()["cond.weight"][:, :40])}
    manifest = replace(first.manifest, architecture=few, conditioning_version=1, files={})
    old = write_bundle(tmp_path / "old", manifest, {"model.safetensors": save(tensors)})
    start = warm_weights(old, CONFIG)
    assert start["cond.weight"].shape == (32, FEATURES) and not start["cond.weight"][:, 40:].any()
    assert torch.equal(start["cond.weight"][:, :40], warm_weights(first, CONFIG)["cond.weight"][:, :40])
    figures = train_composer(
        corpus, tmp_path / "on", steps=1, start=old.path, config=CONFIG, recipe=RECIPE, report=lambda _: None
    )
    assert figures["loss"] < train(corpus, tmp_path / "new", 1)["loss"] - 0.01


def test_bundles_that_do_not_fit_are_refused(corpus, tmp_path):
    train(corpus, tmp_path / "run", 1)
    bundle = load_bundle(tmp_path / "run" / "bundle")
    with pytest.raises(UsageError, match="its d_model is 32, not 64"):
        warm_weights(bundle, replace(CONFIG, d_model=64))
    for field, changed in (
        ("speaks other events", {"architecture": {**bundle.manifest.architecture, "events": "0" * 64}}),
        ("newer than this version", {"conditioning_version": 99}),
    ):
        manifest = replace(bundle.manifest, files={}, **changed)
        other = write_bundle(
            tmp_path / field[:5], manifest, {"model.safetensors": bundle.file("model.safetensors")}
        )
        with pytest.raises(UsageError, match=field):
            warm_weights(other, CONFIG)


def test_bad_requests_are_refused(corpus, tmp_path):
    with pytest.raises(UsageError, match="minutes is 0"):
        train_composer(corpus, tmp_path / "x", minutes=0)
    with pytest.raises(UsageError, match=r"train\.jsonl"):
        train_composer(tmp_path, tmp_path / "x")
    train(corpus, tmp_path / "run", 2)
    bundle = load_bundle(tmp_path / "run" / "bundle")
    changed = replace(
        bundle.manifest, architecture={**bundle.manifest.architecture, "events": "0" * 64}, files={}
    )
    write_bundle(tmp_path / "old", changed, {"model.safetensors": bundle.file("model.safetensors")})
    with pytest.raises(UsageError, match="made for other events"):
        load(tmp_path / "old")
