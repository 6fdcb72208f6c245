"""`explain`, `new --prompt`: what was understood is told, what was not too; mistakes are one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stemwright as sw
from stemwright.cli.main import run

Captured = pytest.CaptureFixture[str]


def test_explain(capsys: Captured) -> None:
    assert run(["explain", "slow bossa in G minor, nylon guitar, zebras, no bass"]) == 0
    out = capsys.readouterr().out
    assert "key          G minor" in out and "not understood: zebras" in out
    assert "song: bossa, 103 bpm, G minor, 4/4" in out and "layers: drums (" in out


def test_explain_as_json(capsys: Captured) -> None:
    assert run(["explain", "loud techno, 7/8, sad, 90 seconds", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {field["field"]: field["value"] for field in facts["understood"]} == {
        "style": "techno", "meter": "7/8", "length": "90 s", "dynamics": 1, "moods": ["sad"],
    }  # fmt: skip
    assert facts["state"]["form"] == "auto" and facts["state"]["dynamics"] == 1
    assert sw.explain("loud techno, 7/8, sad, 90 seconds").to_json() == facts
    assert sw.explain("techno").style_by == "name" and sw.explain("120 bpm").style_by == "default"


def test_new_with_a_prompt(tmp_path: Path, capsys: Captured) -> None:
    folder = str(tmp_path / "song")
    assert run(["new", folder, "--prompt", "blues in E, 12 bar, harmonica", "--key", "A"]) == 0
    out = capsys.readouterr().out
    assert "--key 'A' counts, not 'in E' of the prompt" in out and "A major" in out
    assert run(["show", folder]) == 0
    assert 'prompt: "blues in E, 12 bar, harmonica"' in capsys.readouterr().out
    assert sw.open(folder).show().prompt == "blues in E, 12 bar, harmonica"
    assert sw.new(tmp_path / "b", prompt="waltz in D", seed=1).show().meter == "3/4"


@pytest.mark.parametrize(
    ("prompt", "line"),
    [
        ("120 bpm 90 bpm", "'120 bpm' and '90 bpm' contradict each other"),
        ("", "is empty"),
        ("no drums no bass no harmony no lead", "leave no layer to play"),
        ("300000 bpm", "from 30 to 300"),
        ("🎵", "says what to play"),
        ("x" * 2001, "at most 2,000"),
    ],
)
def test_what_is_no_prompt(tmp_path: Path, capsys: Captured, prompt: str, line: str) -> None:
    for arguments in (["explain", prompt], ["new", str(tmp_path / "song"), "--prompt", prompt]):
        assert run(arguments) == 2
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 1 and line in told[0]
    assert not (tmp_path / "song").exists()
