"""Clips in words: what is measured, what is said of it, and captions drawn from their number."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.dataset.described import measures
from stemwright.dataset.described.captions import Wording, caption, told_of, training_wording
from stemwright.dataset.described.measures import MEASURES, measured, measures_of
from stemwright.dataset.described.quantiles import page
from stemwright.dataset.described.traits import FIELDS, STEPS, described, thresholds, traits_of
from stemwright.dataset.shards import NewClip, clips, write_shard
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

STATE = GlobalState.create("160", "A minor", "4/4", "verse:2", "funk")
RATE = 24000
EFFECTS = {"drive": 2.0, "level": 0.0, "room": 0.3, "seed": 1, "tilt": 0.0, "wet": -16.0}


def sound(hertz: float, decay: float, level: float) -> tuple[np.ndarray, Score]:
    """A note every half second: a sine that loses `decay` dB a second."""
    samples = STATE.timebase.frames(STATE.bars) * 320
    notes = Score(tuple(Note(144 * at, 120, 40 + at % 2, 80) for at in range(5)))
    made = np.zeros(samples)
    for note in notes.notes:
        start = STATE.timebase.tick_sample(note.onset)
        t = np.arange(min(12_000, samples - start)) / RATE
        made[start : start + len(t)] = level * np.sin(2 * np.pi * hertz * t) * 10 ** (-decay * t / 20)
    return np.round(made * 32767).astype("<i2"), notes


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("described")
    made = [
        NewClip(*_of(sound(100, 0, 0.3)), "finger", "etudes", "one", {"effects": EFFECTS}),
        NewClip(*_of(sound(3000, 60, 0.01)), "pick", "etudes", "two", {"effects": {**EFFECTS, "room": 0.0}}),
        NewClip(np.zeros(3200, "<i2"), STATE, Score(()), "pick", "etudes", "three"),
    ]
    write_shard(folder, "bass", "train", 0, made)
    return folder


def _of(made: tuple[np.ndarray, Score]) -> tuple[np.ndarray, GlobalState, Score]:
    return made[0], STATE, made[1]


def test_measures_are_those_of_the_sound(data: Path) -> None:
    low, high, silent = map(measured, clips(data, "bass", "train"))
    assert 2 ** low["brightness"] == pytest.approx(100, abs=15)
    assert 2 ** high["brightness"] == pytest.approx(3000, rel=0.02)
    assert low["loudness"] - high["loudness"] > 20
    assert low["decay"] == pytest.approx(0, abs=0.7) and high["decay"] == pytest.approx(15, abs=1)
    assert low["attack"] < 10 and low["register"] == pytest.approx(40.4)
    assert low["length"] == pytest.approx(120 / 96 * 60 / 160, abs=0.01)
    assert low["density"] == pytest.approx(5 / 3, rel=0.02) and silent == {}


def test_measures_are_kept_until_they_mean_others(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = data / "bass" / "train-0000.jsonl"
    found = measures_of(lines, "bass", "train")
    kept = lines.with_suffix(".measures").read_bytes()
    monkeypatch.setattr(measures, "measured", lambda clip: {})
    assert measures_of(lines, "bass", "train") == found and set(found[0]) == set(MEASURES)
    monkeypatch.setattr(measures, "VERSION", 999)
    assert measures_of(lines, "bass", "train") == [{}, {}, {}]
    lines.with_suffix(".measures").write_bytes(kept)


def test_traits(data: Path) -> None:
    low, high, silent = (
        dict(zip(FIELDS, each.traits, strict=True)) for each in described(data, ["bass"], "train")
    )
    assert (low["brightness"], low["decay"], low["loudness"]) == ("dark", "sustained", "loud")
    assert (high["brightness"], high["decay"], high["loudness"]) == ("bright", "plucked", "soft")
    assert (low["space"], high["space"], silent["space"]) == ("roomy", "dry", "")
    assert (low["drive"], low["pace"], low["mode"], low["style"]) == ("driven", "fast", "minor", "funk")
    assert silent["brightness"] == "" and silent["timbre"] == "pick"
    (clip, *_) = clips(data, "bass", "train")
    drums = dict(zip(FIELDS, traits_of(replace(clip, layer="drums"), {"decay": 1.0}), strict=True))
    assert drums["decay"] == drums["mode"] == ""


def test_thirds_are_there_for_every_layer(data: Path) -> None:
    assert set(thresholds()) == set(LAYERS)
    for edges in thresholds().values():
        assert set(edges) == set(STEPS) == set(MEASURES) and all(low <= high for low, high in edges.values())
    assert "[bass]\nbrightness = [" in page(data)


def test_captions_come_from_their_number(data: Path) -> None:
    first, second, _ = described(data, ["bass"], "train")
    wording = training_wording()
    assert caption(wording, 1, first, 4) == caption(wording, 1, first, 4)
    assert len({caption(wording, 1, first, number).text for number in range(20)}) > 15
    assert caption(wording, 1, first, 4) != caption(wording, 1, second, 4) != caption(wording, 2, second, 4)


@given(st.integers(0, 1 << 30))
def test_a_caption_tells_what_is_so(number: int) -> None:
    traits = ("lead", "sax", "jazz", "slow", "minor", *("medium" for _ in STEPS), "dry", "clean")
    made = told_of(training_wording(), traits, random.Random(number))
    assert made.text.strip() == made.text != ""
    assert all(told in ("", value) for told, value in zip(made.told, traits, strict=True))
    if made.told[1]:
        assert any(name.lower() in made.text.lower() for name in training_wording().nouns("lead", "sax"))


def test_nothing_known_is_nothing_said() -> None:
    empty = Wording({**training_wording().words, "adjective": {}, "phrase": {}})
    traits = tuple("drums" if field == "layer" else "" for field in FIELDS)
    made = told_of(empty, traits, random.Random(3), whole=True)
    assert made.told == traits
