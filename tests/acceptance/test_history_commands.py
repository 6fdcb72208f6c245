"""Histories on the command line, with takes that a performer made: compared, merged, mixed, copied."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stemwright.cli.main import run
from support.runner import run_json
from support.songs import token_shas


def ask(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> dict:
    """What a command with `--json` prints, in this process."""
    assert run([*map(str, words), "--json"]) == code
    found: dict = json.loads(capsys.readouterr().out)
    return found


def test_a_merged_song_verifies_and_mixes(
    tmp_path: Path,
    weights: Path,
    finished: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    path = tmp_path / "song"
    shutil.copytree(finished, path)
    begun = token_shas(path)
    ask(capsys, "branch", path, "b")
    ask(capsys, "generate", path, "lead", "--seed", "7", "--bars", "2")
    theirs = token_shas(path)
    ask(capsys, "branch", path, "main")
    ask(capsys, "generate", path, "bass", "--seed", "8", "-m", "another bass")
    ours = token_shas(path)
    found = ask(capsys, "diff", path, "main", "b", "--sound")
    layers = {layer["layer"]: layer for layer in found["layers"]}
    assert set(layers) == {"bass", "lead"}
    assert layers["lead"]["settings"]["take"] == [1, 2]
    assert set(layers["lead"]["tokens"]["bars"]) <= {1, 2, 3} and 2 in layers["lead"]["tokens"]["bars"]
    assert all(level["loudness_lufs"] >= -120 for level in layers["lead"]["levels"])
    assert ask(capsys, "diff", path, "lead@1", "b")["layers"][0]["layer"] == "lead"
    head = ask(capsys, "branch", path)["branches"]["b"]
    merged = ask(capsys, "merge", path, "b")
    assert (merged["layers"], merged["taken"]) == (["lead"], {"lead": "theirs"})
    assert token_shas(path) == {**begun, "bass": ours["bass"], "lead": theirs["lead"]}
    assert ask(capsys, "fsck", path)["ok"]
    assert Path(run_json("mix", path, "--quality", "standard", weights=weights)["mix"]).is_file()
    runs = ask(capsys, "log", path)["runs"]
    assert [run_["message"] for run_ in runs if run_["message"]] == ["another bass"]
    assert runs[-2]["parents"] == [runs[-3]["run"], head]
    ask(capsys, "undo", path)
    ask(capsys, "generate", path, "lead", "--seed", "9")
    conflict = ask(capsys, "merge", path, "b", code=1)
    assert conflict["conflicts"][0]["line"] == "layer lead: both made another take (2 here, 2 there)"
    ask(capsys, "gc", path, "--yes")
    ask(capsys, "merge", path, "b", "--theirs", "lead")
    assert token_shas(path)["lead"] == theirs["lead"]
    ask(capsys, "copy", path, tmp_path / "new")
    assert token_shas(tmp_path / "new") == token_shas(path)


def test_lines_for_people(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "song"
    shutil.copytree(finished, path)
    for words in (
        ["layer", "gain", path, "bass", "-m", "less", "--", "-3"],
        ["diff", path],
        ["log", path, "--graph"],
        ["log", path],
        ["restore", path, "0"],
        ["branch", path, "b"],
        ["undo", path],
        ["redo", path],
        ["branch", path],
        ["merge", path, "main"],
        ["gc", path],
        ["gc", path, "--yes"],
        ["copy", path, tmp_path / "new"],
    ):
        assert run([str(word) for word in words]) == 0, words
    shown = capsys.readouterr().out
    for line in (
        "bass: gain 0 -> -3 dB",
        '<- the song stands here "less"',
        "the song is as at its beginning on branch main",
        "b is new; back with",
        "nothing was touched; delete them with",
        "deleted; every run can still be restored",
        "bytes, verified",
    ):
        assert line in shown, line
