"""`stemwright evaluate sound`: tables for people, one object for machines, one line for mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.sound import soundfont
from stemwright.cli.main import run
from stemwright.evaluation.judges import packages
from support.bundles import write_all


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    write_all(folder / "weights")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(folder / "weights"))
        assert run(["song", str(folder / "song"), "--bpm", "200", "--form", "intro:2", "--seed", "5"]) == 0
    return folder / "song"


@pytest.fixture(autouse=True)
def _alone(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(song.parent / "weights"))
    monkeypatch.setattr(soundfont, "FONTS", ())
    monkeypatch.setattr(packages, "find_spec", lambda name: None)


def test_tables_and_json(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    out = tmp_path / "sound.json"
    soundfile.write(tmp_path / "bass.wav", 0.1 * np.random.default_rng(0).standard_normal(48000), 24000)
    command = ["evaluate", "sound", str(song), "--control", f"bass={tmp_path / 'bass.wav'}"]
    assert run([*command, "--json", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    made = json.loads(shown.out)
    assert not shown.err and json.loads(out.read_text()) == made
    (report,) = made["songs"]
    assert [bool(row["control"]) for row in report["layers"]] == [False, True, False, False]
    assert run(command) == 0
    text = capsys.readouterr().out
    assert "comb dB" in text and "side/middle dB" in text and "pip install --no-deps basic-pitch" in text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("/nowhere",), "no such folder"),
        (("SONG", "--control", "bass"), "--control 'bass'"),
        (("SONG", "--control", "bass=/nowhere.wav"), "/nowhere.wav: cannot be read"),
        (("SONG", "--control", "bass=a.wav", "--soundfont", "a.sf2"), "leave one out"),
        (("SONG", "SONG", "--control", "bass=a.wav"), "for one song"),
        (("SONG", "--soundfont", "/nowhere.sf2"), "--soundfont /nowhere.sf2"),
        (("SONG", "--quality", "best"), "--quality 'best'"),
        (("SONG", "--out", "/nowhere/at/all.json"), "--out"),
    ],
)
def test_mistakes_are_told_in_one_line(
    song: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    capsys.readouterr()
    assert run(["evaluate", "sound", *(str(song) if text == "SONG" else text for text in arguments)]) == 2
    shown = capsys.readouterr()
    assert (
        not shown.out and line in shown.err and shown.err.count("\n") == 1 and "unexpected" not in shown.err
    )
