"""A song's figures, with and without a control."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.song.measuring import NO_CONTROL, assess_song
from stemwright.assess.song.tables import song_tables
from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import Timebase
from support.held_out import played

FORM = "intro:1 verse:2"


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    path = tmp_path_factory.mktemp("song") / "song"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
        create(path, Wish(bpm="200", form=FORM, seed=5))
        generate(path)
    return path


@pytest.fixture(autouse=True)
def _weights(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))


def render(layer: str, timbre: str, score: Score, timebase: Timebase, bars: int) -> np.ndarray:
    """The made-up instruments as training's."""
    state = GlobalState.create(bpm="200", form=f"verse:{bars}")
    assert state.timebase == timebase
    return played(score, state).astype(np.float32)


def test_a_report(song: Path) -> None:
    report, parts = assess_song(song)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert (report["bpm"], report["bars"], report["notes"]) == (200.0, 3, [NO_CONTROL])
    assert [row["layer"] for row in report["layers"]] == ["drums", "bass", "harmony", "lead"]
    assert all(row["control"] is None and 0 <= row["f1"] <= 1 for row in report["layers"])
    assert [(row["beats"], row["of"]) for row in report["rhythm"]] == [
        ("grid", "song"),
        ("published", "song"),
    ]
    (mixed,) = report["mixes"]
    assert -60 < mixed["loudness_lufs"] < 0 and mixed["key_stability"] is not None
    assert len(parts) == 4 and len({len(part.stem.audio) for part in parts}) == 1
    layers, faults, rhythm, mix = song_tables([report])
    assert len(layers.rows) == 8 and NO_CONTROL in layers.notes
    assert len(faults.rows) == 4 and len(rhythm.rows) == 2 and len(mix.rows) == 1


def test_a_control_stands_beside_it(song: Path) -> None:
    report, parts = assess_song(song, render=render)
    assert report["notes"] == [] and all(part.control is not None for part in parts)
    assert {(row["beats"], row["of"]) for row in report["rhythm"]} == {
        (beats, of) for beats in ("grid", "published") for of in ("song", "control")
    }
    assert [row["of"] for row in report["mixes"]] == ["song", "control"]
    lead = report["layers"][-1]
    assert set(lead["control"]) <= set(lead)
    assert [row[1] for row in song_tables([report])[0].rows[:3]] == ["song", "control", "floor"]


def test_figures_are_the_same_every_time_and_nothing_is_written(song: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in song.rglob("*")}
    assert assess_song(song)[0] == assess_song(song)[0]
    assert {path: path.stat().st_mtime_ns for path in song.rglob("*")} == before


def test_means_of_several_songs(song: Path) -> None:
    report, _ = assess_song(song)
    one, two = song_tables([report]), song_tables([report, report])
    assert two[0].title == "2 songs, means"
    assert [table.rows for table in one if "fault" not in table.title] == [
        table.rows for table in two if "fault" not in table.title
    ]


def test_songs_without_takes_and_no_songs(tmp_path: Path) -> None:
    create(tmp_path / "new", Wish(form=FORM, seed=1))
    with pytest.raises(UsageError, match="no layer has a take yet"):
        assess_song(tmp_path / "new")
    with pytest.raises((UsageError, StemwrightError), match="no such folder"):
        assess_song(tmp_path / "missing")
