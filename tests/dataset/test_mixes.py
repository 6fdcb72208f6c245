"""Mixes: human timing moves notes and beats alike, shards are whole or not there, splits share no file."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.dataset.mixes import build
from stemwright.dataset.mixes.build import build_mixes, mixes_origin
from stemwright.dataset.mixes.noises import BEATLESS, LEVEL, silence
from stemwright.dataset.mixes.shards import read_mixes
from stemwright.dataset.mixes.songs import beats_of, pulse_ticks, stretch, written
from stemwright.dataset.mixes.timing import Warp, draw_warp, tempo_between
from stemwright.errors import UsageError
from stemwright.evaluation import onsets
from stemwright.instruments.palette import Palette
from stemwright.instruments.timbres import RECIPES
from stemwright.song.form import parse_form
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

RECORDED = {layer: tuple(r for r in rs if r.kind != "soundfont") for layer, rs in RECIPES.items()}


@given(st.integers(0, 2**32), st.floats(5.0, 40.0))
def test_a_warp_goes_forward_at_a_tempo_one_can_play(seed: int, seconds: float) -> None:
    warp = draw_warp(Random(seed), seconds, [float(bar) for bar in range(0, int(seconds), 2)])
    assert warp(0.0) == 0.0
    speed = np.diff(warp.played) / np.diff(warp.grid)
    assert speed.min() > 0.5 and speed.max() < 2.0
    places = np.linspace(0, seconds, 100)
    assert (np.diff(warp(places)) > 0).all()


def test_what_is_played_to_a_click_stays() -> None:
    steady = [w for w in (draw_warp(Random(s), 10.0, []) for s in range(60)) if np.allclose(w.played, w.grid)]
    assert 5 < len(steady) < 30
    assert Warp(np.array([0.0, 10.0]), np.array([0.0, 20.0]))([5.0]).tolist() == [10.0]
    assert tempo_between([0.0, 0.5, 1.0, 1.6]) == 120.0 and tempo_between([1.0]) == 0.0


TAPPED = {
    "4/4": 96, "3/4": 96, "2/2": 192, "6/8": 144, "12/8": 144, "9/8": 144, "12/16": 72,
    "7/8": None, "5/4": None, "3/8": None,
}  # fmt: skip


@pytest.mark.parametrize(("meter", "ticks"), TAPPED.items())
def test_the_beat_is_what_one_taps(meter: str, ticks: int | None) -> None:
    assert pulse_ticks(Meter.parse(meter)) == ticks


def test_beats_of_a_song_begin_its_bars() -> None:
    def state(bpm: int, meter: str) -> GlobalState:
        return GlobalState(Fraction(bpm), Meter.parse(meter), Key.from_pc(0, "major"), parse_form("verse:2"))

    found = beats_of(state(120, "3/4"))
    assert found is not None
    assert found.ticks == (0, 96, 192, 288, 384, 480) and found.numbers == (1, 2, 3, 1, 2, 3)
    assert beats_of(state(120, "7/8")) is None
    assert beats_of(state(240, "4/4")) is None and beats_of(state(60, "6/8")) is None


def test_songs_of_every_style_can_be_cut() -> None:
    made = [stretch(written(Random(seed)), Random(seed)) for seed in range(12)]
    cut = [song for song in made if song is not None]
    assert len(cut) >= 8
    for song in cut:
        found = beats_of(song.state)
        assert found is not None and found.ticks[0] == 0 and song.scores


@pytest.mark.parametrize("make", BEATLESS, ids=lambda m: m.__name__)
def test_noises_are_of_one_level_and_drawn_by_their_seed(make) -> None:  # type: ignore[no-untyped-def]
    sound = make(Random(1), 24_000)
    assert sound.shape == (24_000,) and sound.dtype == np.float32
    assert np.array_equal(sound, make(Random(1), 24_000))
    size = float(np.sqrt(np.mean(np.square(sound))))
    assert size < 0.01 if make is silence else size == pytest.approx(LEVEL, rel=1e-3)


@pytest.fixture
def folder(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sources folder with the synthetic samples; only recorded timbres are used."""
    (tmp_path / "sources" / "symbolic").mkdir(parents=True)
    (tmp_path / "sources" / "samples").symlink_to(samples)
    known = {la: [r for r in rs] for la, rs in RECORDED.items()}
    for layer, recipes in known.items():
        if not any(made.held_out for made in recipes):
            from dataclasses import replace

            known[layer][-1] = replace(recipes[-1], held_out=True)
    monkeypatch.setattr(build, "find_palette", lambda *_: Palette(known, ()))
    return tmp_path / "sources"


def test_mixes_are_built_kept_and_read(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixes"
    made = build_mixes(out, 2, 3, folder, workers=1)
    assert {split: row["mixes"] for split, row in made["splits"].items()} == {
        "train": 2,
        "valid": 1,
        "unseen": 1,
    }
    assert json.loads((out / "manifest.json").read_text()) == made
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "train-0000.jsonl").unlink()
    assert build_mixes(out, 2, 3, folder, workers=1) == made
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    for mix in read_mixes(out, "train"):
        assert len(mix.audio()) == mix.samples and len(mix.beats) == len(mix.numbers)
        assert (np.diff(mix.beats) > 60 / 400).all() and set(mix.numbers.tolist()) <= {1, 2, 3, 4}
    licences, sources = mixes_origin(out)
    assert "Apache-2.0" in licences and sources
    with pytest.raises(UsageError, match="was built with seed 3"):
        build_mixes(out, 2, 4, folder, workers=1)
    with pytest.raises(UsageError, match="must be above 0"):
        build_mixes(out, 0, 3, folder, workers=1)


def test_beats_lie_where_the_sound_begins(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixes"
    build_mixes(out, 6, 5, folder, workers=1)
    clear = 0
    for mix in read_mixes(out, "train"):
        sound = mix.audio().astype(np.float32)
        if len(mix.beats) < 8 or not sound.any():
            continue
        rise = onsets.flux(sound / np.abs(sound).max(), 24_000)
        hop = round(onsets.HOP * 24_000) / 24_000

        def at(
            offset: float, beats: np.ndarray = mix.beats, rise: np.ndarray = rise, hop: float = hop
        ) -> float:
            places = np.clip(np.rint((beats + offset) / hop).astype(int), 0, len(rise) - 1)
            return float(
                np.max([rise[np.clip(places + k, 0, len(rise) - 1)] for k in (-2, -1, 0, 1, 2)], 0).mean()
            )

        clear += at(0.0) > 1.3 * at(-0.09)
    assert clear >= 3


def test_damaged_shards_are_named(tmp_path: Path) -> None:
    from support.beats import write_click_mixes

    data = write_click_mixes(tmp_path, 2)
    assert len(read_mixes(data, "train")) == 2
    with pytest.raises(UsageError, match="split 'test' is unknown"):
        read_mixes(data, "test")
    lines = data / "train-0000.jsonl"
    text = lines.read_text()
    for bad in (
        "[]",
        "{}",
        '{"samples": 3}',
        "no",
        text.splitlines()[0].replace('"beats": [', '"beats": ["x", '),
    ):
        lines.write_text(bad + "\n")
        with pytest.raises(UsageError, match="line 1 is not a mix"):
            read_mixes(data, "train")
    lines.write_text(text.splitlines()[0] + "\n")
    with pytest.raises(UsageError, match="is not as long as its lines say"):
        read_mixes(data, "train")
    (data / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="is not the manifest of mixes"):
        mixes_origin(data)
