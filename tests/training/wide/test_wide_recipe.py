"""Training a wide decoder: it learns what the control lacks, goes on to the bit, is bound to its tokens."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stemwright.codec.codec import Codec
from stemwright.codec.wide import WideDecoder
from stemwright.errors import UsageError
from stemwright.models import Bundle, load_bundle, require_codec
from stemwright.training.fit import checkpoint
from stemwright.training.wide.recipe import train_wide
from stemwright.training.wide.trainer import WideRecipe, WideTrainer
from stemwright.training.wide.twins import Pairs
from support.codecs import write_tiny

QUICK = WideRecipe(batch=4, frames=24, edge=4, rate=3e-3, warmup_steps=5, valid_count=4, ema=0.9)
JUDGED = replace(QUICK, batch=2, adversary=0.3, adversary_from=0.5, adversary_steps=3)


def train(
    data: Path, out: Path, codec: Bundle, steps: int, recipe: WideRecipe = QUICK, *, export: bool = False
) -> dict[str, object]:
    return train_wide(
        data,
        out,
        codec.path,
        steps=steps,
        device="cpu",
        recipe=recipe,
        export=export,
        report=lambda line: None,
    )


def test_it_learns_what_the_control_lacks(wide_data: Path, codec: Bundle, tmp_path: Path) -> None:
    figures = train(wide_data, tmp_path, codec, 60, export=True)
    rows = [json.loads(row) for row in (tmp_path / "log.jsonl").read_text().splitlines()]
    first, last = rows[0]["valid"], rows[-1]["valid"]
    assert rows[0]["step"] == 0 and set(last["kinds"]) == {"bass", "lead"} == set(last["control"]["kinds"])
    assert last["total"] < 0.8 * first["total"]
    for name in ("mel", "mel_high", "width_error_db"):
        assert last["all"][name] < 0.8 * last["control"]["all"][name], name
    assert figures["total"] == pytest.approx(last["total"], rel=1e-4)
    bundle = load_bundle(tmp_path / "bundle", kind="decoder")
    require_codec(bundle, codec)
    assert bundle.manifest.held_out["control"]["all"]["mel"] > 0
    speaker, decoder = Codec.load(codec.path), WideDecoder(bundle)
    sound = (0.3 * np.sin(np.arange(9600) / 10)).astype(np.float32)
    heard = decoder.decode(speaker.encode(sound))
    assert heard.shape == (19200, 2) and np.abs(heard).max() > 1e-3


def test_a_stopped_run_goes_on_to_the_same_bits(wide_data: Path, codec: Bundle, tmp_path: Path) -> None:
    train(wide_data, tmp_path / "whole", codec, 8, JUDGED)
    step = WideTrainer.step

    def stopping(self: WideTrainer, batch: object, rate: float, done: float) -> dict[str, float]:
        if self.progress.step == 6:
            raise KeyboardInterrupt
        return step(self, batch, rate, done)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(WideTrainer, "step", stopping)
        train(wide_data, tmp_path / "parts", codec, 8, JUDGED)
    train(wide_data, tmp_path / "parts", codec, 8, JUDGED)
    whole, meta = checkpoint.load(tmp_path / "whole" / "checkpoint.safetensors")
    parts, _ = checkpoint.load(tmp_path / "parts" / "checkpoint.safetensors")
    assert meta["progress"]["judged"] == 4 and whole.keys() == parts.keys()
    assert all(torch.equal(whole[k], parts[k]) for k in whole)
    with pytest.raises(UsageError, match="another config"):
        train(wide_data, tmp_path / "whole", codec, 9, replace(JUDGED, blocks_more=1))


def test_data_of_other_tokens_or_without_twins(wide_data: Path, codec: Bundle, tmp_path: Path) -> None:
    other = write_tiny(tmp_path / "other", seed=3)
    with pytest.raises(UsageError, match="tokens are of codec"):
        train(wide_data, tmp_path / "a", other, 1)
    bare = tmp_path / "bare"
    shutil.copytree(wide_data, bare, ignore=shutil.ignore_patterns("*.wide.sha256"))
    with pytest.raises(UsageError, match=r"no shards train-\* with both a wide twin and tokens"):
        train(bare, tmp_path / "b", codec, 1)
    with pytest.raises(UsageError, match="minutes"):
        train_wide(wide_data, tmp_path / "c", codec.path, minutes=0.0)


def test_segments_are_tokens_and_the_sound_they_stand_for(wide_data: Path, codec: Bundle) -> None:
    pairs = Pairs(wide_data, "train", 40, codec.tokens_sha256, seed=1)
    codes, sound = pairs.batch(3, 5)
    assert codes.shape == (5, 8, 40) and codes.dtype == np.int64
    assert sound.shape == (5, 2, 40 * 640) and sound.dtype == np.float32
    again = Pairs(wide_data, "train", 40, codec.tokens_sha256, seed=1).batch(3, 5)
    np.testing.assert_array_equal(again.sound, sound)
    assert not np.array_equal(pairs.batch(4, 5).codes, codes)
    clip = pairs.by_layer["bass"][0]
    tokens, wide = clip.tokens(), clip.wide().astype(np.float32) / 32767
    found = 0
    for one, heard in zip(codes, sound, strict=True):
        for at in range(clip.frames - 39):
            if np.array_equal(tokens[:, at : at + 40], one):
                piece = wide[at * 640 : (at + 40) * 640]
                found += np.allclose(heard, [piece.mean(axis=1), (piece[:, 0] - piece[:, 1]) / 2], atol=1e-6)
    assert found
