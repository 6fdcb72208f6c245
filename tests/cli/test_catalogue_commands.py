"""`styles` and `timbres`: what a beginner may choose from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.compose.styles import BOOK, played, style_of
from stemwright.song.layers import LAYERS
from stemwright.song.pitch import pitch_text
from support.bundles import write_all
from support.performers import with_ranges

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    write_all(folder)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(folder))
    return folder


def test_styles(capsys: Captured) -> None:
    assert run(["styles", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["styles"]}
    assert list(rows) == list(BOOK)
    assert all(played(name) == name for row in rows.values() for name in [row["name"]])
    assert all(played(alias) == row["name"] for row in rows.values() for alias in row["aliases"])
    assert all(row["patterns"] == (style_of(name).like or name) for name, row in rows.items())
    assert all(row["about"] for row in rows.values())
    assert rows["hiphop"]["bpm"] == [72, 98] and "boom bap" in rows["hiphop"]["aliases"]
    assert rows["soul"]["patterns"] == "soul" and rows["dance"]["patterns"] == "house"
    assert rows["waltz"]["meter"] == "3/4" and rows["soul"]["meter"] == ""
    metal = {"drums": "heavy", "bass": "pick", "harmony": "muted guitar", "lead": "driven guitar"}
    assert rows["metal"]["timbres"] == metal
    assert rows["metal"]["layers"] == [*LAYERS, "guitar2"] and rows["pop"]["layers"] == list(LAYERS)


def test_styles_for_people(capsys: Captured) -> None:
    assert run(["styles"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["style", "bpm", "also", "called"]
    assert any(
        line.startswith("bossa ") and "bossa nova, brazilian" in line and "clave" in line for line in lines
    )
    assert any(line.startswith("dance ") and line.endswith("played like house") for line in lines)


def test_timbres(weights: Path, capsys: Captured) -> None:
    with_ranges(weights / "lead", {"bright": [60, 73]})
    assert run(["timbres", "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)["layers"]
    assert tuple(layers) == LAYERS
    told = [{"name": "plain", "range": None}, {"name": "bright", "range": [60, 73]}]
    assert layers["lead"] == {"bundle": "lead", "timbres": told}
    assert run(["timbres", "lead-2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layers"] == {"lead-2": layers["lead"]}
    assert run(["timbres", "lead"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[1:3] == [["lead", "plain", "-"], ["lead", "bright", "C4", "to", "C#5"]]


@pytest.mark.parametrize(
    ("layer", "said"), [("audio", "'audio' needs the bundle"), ("No!", "not a layer name")]
)
def test_what_has_no_timbres(weights: Path, layer: str, said: str, capsys: Captured) -> None:
    assert run(["timbres", layer]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and not shown.out


def test_pitches_as_musicians_write_them() -> None:
    assert [pitch_text(pitch) for pitch in (0, 21, 60, 61, 108)] == ["C-1", "A0", "C4", "C#4", "C8"]


STYLE = 'about = "as pop"\nlike = "pop"\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(tmp_path))
    return tmp_path


def test_a_style_of_ones_own_is_checked_and_listed(own: Path, capsys: Captured) -> None:
    file = own / "my-tune.toml"
    file.write_text(STYLE)
    assert run(["style", "check", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "my-tune: as pop" in shown and f"put it into {own} and write --style my-tune" in shown
    assert ["bass.chorus", "3"] in [line.split() for line in shown.splitlines()]
    assert run(["style", "check", str(file), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["faults"] == [] and facts["holds"]["drums.verse"] == 3 and facts["swing"] == "1/2"
    assert run(["styles", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["styles"][-1]
    assert (row["name"], row["patterns"], row["about"]) == ("my-tune", "pop", "as pop")


def test_every_fault_of_a_style_is_told(own: Path, weights: Path, capsys: Captured) -> None:
    file = own / "my-tune.toml"
    file.write_text(
        STYLE
        + 'timbres = { drums = "plain", bass = "plain", harmony = "plain", lead = "kazoo" }\nbpm = [9, 90]'
    )
    assert run(["style", "check", str(file)]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"error: {file}: has 2 faults\n"
    assert [line.removeprefix(f"{file}: ").partition(":")[0] for line in shown.out.splitlines()] == [
        "bpm",
        "timbres.lead",
    ]
    assert run(["style", "check", str(file), "--json"]) == 2
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 2
    file.write_text(STYLE + "[bass]\ngate = 200\n")
    assert run(["style", "check", str(file)]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"error: {file}: bass.gate: 200 is not a whole number of 0 to 100\n" and not shown.out
    assert run(["style", "check", str(own / "none.toml")]) == 2
    assert "cannot be read as a style file" in capsys.readouterr().err
