from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from stemwright.training import build
from stemwright.training.build import MIXTURE, build_data, kept_share, plan_jobs
from stemwright.training.shards import clips, seconds
from stemwright.training.timbres import RECIPES

ETUDES = {layer: {"etudes": 1.0} for layer in LAYERS}
RECORDED = {layer: tuple(r.name for r in rs if r.kind != "soundfont") for layer, rs in RECIPES.items()}


@pytest.fixture
def folder(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sources folder with the synthetic samples; only recorded timbres are used."""
    (tmp_path / "sources" / "symbolic").mkdir(parents=True)
    (tmp_path / "sources" / "samples").symlink_to(samples)
    monkeypatch.setattr(build, "TIMBRES", RECORDED)
    return tmp_path / "sources"


@pytest.mark.parametrize("hours", [0.1, 1.0, 7.5])
def test_the_plan_holds_what_was_asked_for(hours: float) -> None:
    jobs = plan_jobs(hours)
    for layer in MIXTURE:
        assert sum(dict(j.minutes).get(layer, 0.0) for j in jobs) == pytest.approx(hours * 60)
        held = sum(dict(j.minutes).get(layer, 0.0) for j in jobs if j.split == "valid")
        assert held == pytest.approx(hours * 60 * build.VALID_SHARE)
    places = [(j.split, j.number, layer) for j in jobs for layer, _ in j.minutes]
    assert len(places) == len(set(places))


def test_build_resumes_repeats_and_extends(folder: Path, tmp_path: Path) -> None:
    said: list[tuple[int, int, str]] = []
    out = tmp_path / "data"
    made = build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES, progress=lambda *a: said.append(a))
    assert said[-1][:2] == (len(said), len(said))
    assert json.loads((out / "manifest.json").read_text()) == made
    assert made["layers"]["lead"]["train"]["seconds"] >= 0.01 * 3600 * 0.96
    assert made["sources"]["etudes"]["licence"] and list(made["timbres"]) == list(LAYERS)
    before = {p: p.read_bytes() for p in out.glob("*/*")}
    (out / "bass" / "train-8000.jsonl").unlink()
    build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    assert {p: p.read_bytes() for p in out.glob("*/*")} == before
    with pytest.raises(UsageError, match="seed 7, not 8"):
        build_data(out, 0.01, 8, folder, workers=1, mixture=ETUDES)


def test_clips_are_whole_bars_and_splits_share_no_song(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    for layer in LAYERS:
        found = {split: clips(out, layer, split) for split in ("train", "valid")}
        names = {split: {c.meta["song"].split("@")[0] for c in made} for split, made in found.items()}
        assert names["train"] and names["valid"] and not names["train"] & names["valid"]
        for clip in found["train"] + found["valid"]:
            state = clip.state()
            assert clip.frames == state.timebase.frames(state.bars) and clip.timbre in RECORDED[layer]
            assert int(np.abs(clip.audio()).max()) < 32767
        assert seconds(found["train"]) > 30


def test_time_can_run_out(folder: Path, tmp_path: Path) -> None:
    made = build_data(tmp_path / "data", 0.01, 7, folder, workers=1, minutes=0.0, mixture=ETUDES)
    assert made["layers"]["bass"]["train"]["clips"] == 0


def test_wrong_use_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hours"):
        build_data(tmp_path / "data", 0.0, 1, folder)
    with pytest.raises(UsageError, match="symbolic"):
        build_data(tmp_path / "data", 1.0, 1, tmp_path)


def test_silence_is_rarely_kept() -> None:
    assert kept_share(Score(()), 384) == build.EMPTY_KEPT
    assert kept_share(Score.from_notes([Note(0, 24, 60, 90)]), 3840) == build.SPARSE_KEPT
    assert kept_share(Score.from_notes([Note(0, 384, 60, 90)]), 384) == 1.0
