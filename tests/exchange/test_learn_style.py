"""`style learn`: MIDI files become a style file; what cannot be read is named, what is there stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.compose.arranger import arrange
from stemwright.compose.stylebook.reading import examine
from stemwright.errors import UsageError
from stemwright.exchange.learning import learn_style
from stemwright.song.midi import write_midi
from stemwright.song.state import GlobalState
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]
Captured = pytest.CaptureFixture[str]
FORM = "intro:4 verse:8 chorus:8 verse:8 chorus:8 outro:4"


@pytest.fixture
def tunes(tmp_path: Path) -> list[Path]:
    out = []
    for seed in range(2):
        made = arrange(GlobalState.create("100", "C", form=FORM, style="funk"), seed=seed)
        out.append(tmp_path / f"tune {seed}.mid")
        out[-1].write_bytes(write_midi(made.state, made.scores))
    return out


def test_a_style_from_files(tmp_path: Path, tunes: list[Path], capsys: Captured) -> None:
    bad, out = tmp_path / "notes.txt", tmp_path / "my-funk.toml"
    bad.write_text("no music")
    names = [str(file) for file in (*tunes, tunes[0], bad)]
    assert run(["style", "learn", *names, "--out", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["like"] == "funk" and facts["learned"] == {str(file): 40 for file in tunes}
    assert list(facts["unread"]) == [str(bad)] and facts["unread"][str(bad)].startswith("is not a MIDI file")
    style, faults = examine(out)
    assert faults == () and style.about == "learned from tune 0, tune 1" and style.bpm == (95, 105)
    assert facts["found"]["drums.verse"] == str(len(style.grooves["verse"]))
    assert run(["style", "learn", *names, "--out", str(out)]) == 2
    shown = capsys.readouterr()
    assert "is there already; choose another name, or add --replace" in shown.err and not shown.out
    assert run(["style", "learn", str(tunes[0]), "--out", str(out), "--replace"]) == 0
    assert "my-funk: from 1 file(s), 40 bars; like funk" in capsys.readouterr().out
    assert run(["style", "check", str(out)]) == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("funk.toml", "a style of your own is called my-NAME.toml"),
        ("my-funk.txt", "a style of your own is called my-NAME.toml"),
        ("none/my-funk.toml", "its folder is not there; make it first"),
    ],
)
def test_names_that_no_style_has(tmp_path: Path, tunes: list[Path], name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        learn_style(tunes, tmp_path / name)


def test_nothing_usable_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    files = [tmp_path / "a.mid", tmp_path / "b.mid"]
    files[0].write_bytes(b"MThd")
    assert run(["style", "learn", *map(str, files), "--out", str(tmp_path / "my-x.toml")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "a.mid: cannot be learned from: " in error and "nor can 1 more" in error
    assert not (tmp_path / "my-x.toml").exists()
