from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from stemwright.dataset import build
from stemwright.dataset.build import build_data, check_data
from stemwright.dataset.jobs import choose_timbre
from stemwright.dataset.shards import SPLITS, Clip, clips, seconds
from stemwright.errors import UsageError
from stemwright.instruments.effects import MILD, Effects
from stemwright.instruments.palette import Palette
from stemwright.instruments.ranges import RANGES
from stemwright.instruments.render import Studio
from stemwright.instruments.timbres import RECIPES, TIMBRES, names, recipe
from stemwright.song.layers import LAYERS

ETUDES = {layer: {"etudes": 1.0} for layer in LAYERS}


RECORDED = {layer: tuple(r for r in rs if r.kind != "soundfont") for layer, rs in RECIPES.items()}
"""Timbres that need no soundfont; where none of them is held out, the last one is."""
RECORDED = {
    layer: rs if any(r.held_out for r in rs) else (*rs[:-1], replace(rs[-1], held_out=True))
    for layer, rs in RECORDED.items()
}
SEEN, UNSEEN = names(RECORDED), names(RECORDED, held_out=True)


@pytest.fixture
def folder(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sources folder with the synthetic samples; only recorded timbres are used."""
    (tmp_path / "sources" / "symbolic").mkdir(parents=True)
    (tmp_path / "sources" / "samples").symlink_to(samples)
    monkeypatch.setattr(build, "find_palette", lambda *_: Palette(RECORDED, ()))
    return tmp_path / "sources"


def melody(clip: Clip) -> set[tuple[int, int]]:
    """Onsets and pitch classes (of drums: the pieces): what is the same in every timbre's range."""
    return {(n.onset, n.pitch if clip.layer == "drums" else n.pitch % 12) for n in clip.score().notes}


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


def test_an_error_of_a_worker_is_heard(folder: Path, samples: Path, tmp_path: Path) -> None:
    (folder / "samples").unlink()
    shutil.copytree(samples, folder / "samples")
    for sound in folder.rglob("*.flac"):
        sound.write_bytes(b"no sound")
    with pytest.raises(UsageError, match="cannot read this sample"):
        build_data(tmp_path / "data", 0.01, 7, folder, workers=2, mixture=ETUDES)


def test_clips_are_whole_bars_and_splits_share_no_song(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    for layer in LAYERS:
        found = {split: clips(out, layer, split) for split in SPLITS}
        names = {split: {c.meta["song"].split("@")[0] for c in made} for split, made in found.items()}
        assert names["train"] and names["valid"] and not names["train"] & names["valid"]
        for clip in found["train"] + found["valid"]:
            state = clip.state()
            assert clip.frames == state.timebase.frames(state.bars) and clip.timbre in SEEN[layer]
            assert int(np.abs(clip.audio()).max()) < 32767
        assert seconds(found["train"]) > 30


def test_held_out_timbres_play_the_same_music(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    for layer in LAYERS:
        valid, unseen = clips(out, layer, "valid"), clips(out, layer, "unseen")
        assert [melody(c) for c in valid] == [melody(c) for c in unseen] and valid
        assert [c.state() for c in valid] == [c.state() for c in unseen]
        assert {c.timbre for c in unseen} <= set(UNSEEN[layer])


def test_no_timbre_plays_beyond_its_range(folder: Path, tmp_path: Path) -> None:
    """The score that a clip keeps is what was played, so it is in the range too."""
    out = tmp_path / "data"
    build_data(out, 0.02, 7, folder, workers=1, mixture=ETUDES)
    narrow = 0
    for layer in ("bass", "harmony", "lead"):
        for clip in clips(out, layer, "train"):
            made = recipe(layer, clip.timbre)
            assert all(made.low <= note.pitch <= made.high for note in clip.score().notes), clip.timbre
            narrow += made.low > RANGES[layer][0] or made.high < RANGES[layer][1]
    assert narrow


def test_a_clip_can_be_made_again_from_its_line(folder: Path, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    studio = Studio(samples)
    heard = 0
    for clip in [clip for layer in LAYERS for clip in clips(out, layer, "train")[:4]]:
        effects = Effects(**clip.meta["variety"]["effects"])
        assert abs(effects.tilt) <= MILD.tilt_db and abs(effects.level) <= MILD.level_db
        state = clip.state()
        again = studio.render(clip.layer, clip.timbre, clip.score(), state.timebase, state.bars, effects)
        np.testing.assert_array_equal(np.round(again * 32767.0).astype(np.int16), clip.audio())
        heard += effects.room > 0
    assert heard


def test_damage_is_found(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    with pytest.raises(UsageError, match="build the data first"):
        check_data(out)
    made = build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)
    assert check_data(out) == []
    assert set(made["shards"]["bass"]) == {"train-8000", "valid-8000", "unseen-8000"}
    audio = out / "bass" / "train-8000.i16"
    data = bytearray(audio.read_bytes())
    data[5000] ^= 1
    audio.write_bytes(bytes(data))
    (out / "lead" / "valid-8000.jsonl").unlink()
    lines = out / "drums" / "train-8000.jsonl"
    lines.write_text(lines.read_text().replace("etudes", "eludes"))
    problems = check_data(out)
    assert len(problems) == 3
    for part in ("train-8000.i16: clip", "valid-8000.jsonl: No such file", "train-8000.jsonl: changed"):
        assert any(part in line for line in problems)
    (out / "manifest.json").write_text('{"schema": 1}')
    with pytest.raises(UsageError, match="another version"):
        build_data(out, 0.01, 7, folder, workers=1, mixture=ETUDES)


def test_time_can_run_out(folder: Path, tmp_path: Path) -> None:
    made = build_data(tmp_path / "data", 0.01, 7, folder, workers=1, minutes=0.0, mixture=ETUDES)
    assert made["layers"]["bass"]["train"]["clips"] == 0


def test_wrong_use_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hours"):
        build_data(tmp_path / "data", 0.0, 1, folder)
    with pytest.raises(UsageError, match="nowhere: no such folder"):
        build_data(tmp_path / "data", 1.0, 1, tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no music for lead among sheets"):
        build_data(tmp_path / "data", 1.0, 1, folder, mixture={"lead": {"sheets": 1.0}})


def test_the_main_timbre_comes_more_often() -> None:
    rng = Random(1)
    drawn = Counter(choose_timbre(RECIPES["bass"], "train", rng).name for _ in range(4000))
    assert set(drawn) == set(TIMBRES["bass"])
    assert 0.17 < drawn["finger"] / 4000 < 0.23 and min(drawn.values()) > 110
    assert all(choose_timbre(RECIPES["bass"], "unseen", rng).held_out for _ in range(100))
