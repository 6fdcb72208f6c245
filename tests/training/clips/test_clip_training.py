"""Texts and clips: a short training gains and goes on, leaves styles as they were, and is measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from stemwright.assess.text import clips as assess
from stemwright.assess.text.clip_tables import clip_tables
from stemwright.assess.text.hearing import ClipEncoder
from stemwright.cli.main import run
from stemwright.dataset.described.captions import training_wording
from stemwright.dataset.described.traits import FIELDS, STEPS
from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle
from stemwright.text.encoder import TextEncoder
from stemwright.text.sound import SoundEncoder
from stemwright.training.clips.recipe import train_clips
from stemwright.training.clips.trainer import ClipRecipe, _excess
from support.prompts import write_encoder
from support.tone_codec import write_tone_codec

QUICK = ClipRecipe(
    batch=4,
    captions=8,
    warmup_steps=5,
    shortest=1.0,
    longest=2.0,
    learning_rate=1e-3,
    ema=0.9,
    noise=0.05,
    patience=50,
)


@pytest.fixture(scope="module")
def codec(tone_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tone_codec(tone_data, tmp_path_factory.mktemp("clips-codec"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_encoder(tmp_path_factory.mktemp("clips-text"))


def train(data: Path, out: Path, codec: Bundle, base: Bundle, steps: int, **more: object) -> list[str]:
    said: list[str] = []
    given = {"recipe": QUICK, "device": "cpu", "threads": 1, "report": said.append, **more}
    train_clips(data, out, codec=codec.path, text=base.path, steps=steps, **given)  # type: ignore[arg-type]
    return said


@pytest.fixture(scope="module")
def trained(tone_data: Path, codec: Bundle, base: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clips-run")
    train(tone_data, out, codec, base, 70)
    return out


def test_it_gains_and_goes_on(tone_data: Path, codec: Bundle, base: Bundle, trained: Path) -> None:
    log = [json.loads(line) for line in (trained / "log.jsonl").read_text().splitlines()]
    held = [row["valid"][0] for row in log if "valid" in row]
    assert held[-1] < held[0]
    assert "going on from step 70" in train(tone_data, trained, codec, base, 71)
    bundle = load_bundle(trained / "bundle", kind="clips")
    assert bundle.manifest.codec_sha256 == codec.tokens_sha256
    text = load_bundle(trained / "text", kind="text")
    assert bundle.manifest.architecture["text_sha256"] == text.sha256


def test_styles_stay_as_they_were(base: Bundle, trained: Path) -> None:
    text = load_bundle(trained / "text", kind="text")
    was, now = base.tensors(), text.tensors()
    assert all(np.array_equal(was[name], now[name]) for name in was)
    assert sum(text.file(name).stat().st_size for name in text.manifest.files) < 4_000_000
    encoder, plain = SoundEncoder.load(text), TextEncoder.load(base)
    assert encoder.style.vector("smoky strobe").tolist() == plain.vector("smoky strobe").tolist()
    made = encoder.vector("dark fingered bass")
    assert made.shape == (512,) and float(np.linalg.norm(made)) == pytest.approx(1, abs=1e-5)


def test_clips_are_heard_and_measured(tone_data: Path, codec: Bundle, trained: Path, tmp_path: Path) -> None:
    bundles = [load_bundle(trained / name) for name in ("bundle", "text")]
    heard = ClipEncoder(bundles[0]).vector(np.zeros((3, 700), np.uint16))
    assert heard.shape == (512,) and float(np.linalg.norm(heard)) == pytest.approx(1, abs=1e-5)
    found = assess.held_out(tone_data, ["bass", "lead"], "valid")
    report = assess.assess_clips(bundles[0], bundles[1], codec, found, lambda *told: None)
    rows = {(row["words"], row["layer"]): row for row in report["retrieval"]}
    assert rows["others", "bass"]["to_clip_1"] == rows["others", "all"]["to_text_5"] == 1.0
    assert rows["others", "all"]["chance_1"] == 0.5
    assert [made.title for made in clip_tables(report)] == ["texts and clips", "traits told by texts"]
    out = tmp_path / "clips.json"
    places = [str(trained / "bundle"), str(tone_data), "--text", str(trained / "text")]
    assert run(["evaluate", "clips", *places, "--codec", str(codec.path), "--out", str(out)]) == 0
    assert json.loads(out.read_text())["retrieval"]


def test_what_belongs_to_others_is_refused(
    tone_data: Path, codec: Bundle, base: Bundle, trained: Path
) -> None:
    clips = load_bundle(trained / "bundle")
    with pytest.raises(UsageError, match="beside another text encoder"):
        assess.assess_clips(clips, base, codec, [], lambda *told: None)
    with pytest.raises(UsageError, match="no unseen clips"):
        assess.held_out(tone_data, ["bass"], "unseen")
    with pytest.raises(UsageError, match="neither wordnet"):
        train(tone_data, trained / "x", codec, base, 1, sources=tone_data)


def test_the_loss_is_nothing_where_all_is_right() -> None:
    right = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    assert float(_excess(torch.log(right + 1e-12), right)) == pytest.approx(0, abs=1e-5)
    assert float(_excess(torch.zeros(2, 3), right)) == pytest.approx(np.log([1.5, 3]).mean())


def test_held_out_words_are_others_and_complete() -> None:
    """No word, phrase, name or template is in both; every timbre that training names has another name."""
    first, other = training_wording(), assess.other_wording()

    def leaves(part: object) -> list[str]:
        if isinstance(part, dict):
            return [leaf for each in part.values() for leaf in leaves(each)]
        return list(part) if isinstance(part, list) else []

    assert not {word.lower() for word in leaves(first.words)} & {word.lower() for word in leaves(other.words)}
    assert {layer: set(names) for layer, names in first.words["noun"].items()} == {
        layer: set(names) for layer, names in other.words["noun"].items()
    }
    known = {"style", "layer", "timbre"}
    for wording in (first, other):
        for kind in ("adjective", "phrase"):
            assert set(wording.words[kind]) <= set(FIELDS) - known
            assert all(set(v) <= set(STEPS[f]) for f, v in wording.words[kind].items() if f in STEPS)
