"""`stream`: what it prints, and what is wrong in one line."""

import json
from pathlib import Path

import pytest
import soundfile

from stemwright.cli.main import run

Captured = pytest.CaptureFixture[str]
QUICK = ["--bpm", "240", "--form", "verse:2", "--seed", "5", "--seconds", "1"]


def test_a_file(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "a.wav"
    assert run(["stream", "funk with zebras", "--key", "A", "--out", str(out), *QUICK]) == 0
    told = capsys.readouterr()
    assert "funk, 240 bpm, A major" in told.err and "not understood: zebras" in told.err
    assert told.out.startswith(f"{out}, 1.0 s") and len(told.out.splitlines()) == 1
    assert soundfile.info(out).frames == 48_000


def test_as_json(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "a.wav"
    assert run(["stream", "funk", "--layers", "bass", "--out", str(out), "--json", *QUICK]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["seconds"] == 1.0 and facts["seed"] == 5 and len(facts["tokens_sha256"]) == 64


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([""], "is empty"),
        (["120 bpm 90 bpm"], "contradict"),
        (["rock", "--seconds", "0"], "--seconds 0"),
        (["rock", "--seconds", "inf"], "--seconds inf"),
        (["rock", "--seconds", "nan"], "--seconds nan"),
        (["rock", "--seed", "-1"], "--seed -1"),
        (["rock", "--layers", "kazoo"], "kazoo"),
        (["rock", "--layers", "audio"], "audio"),
        (["rock", "--timbre", "lead=kazoo"], "kazoo"),
        (["rock", "--out", "a.mp3"], "--out 'a.mp3'"),
        (["rock", "--out", "-", "--json"], "--json"),
        (["rock", "--seconds", "20000", "--out", "a.wav"], "--seconds 20000"),
    ],
)
def test_wrong_requests(arguments: list[str], line: str, tmp_path: Path, capsys: Captured) -> None:
    given = arguments if "--out" in arguments else [*arguments, "--out", str(tmp_path / "a.wav")]
    assert run(["stream", *given]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and line in told[0]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: Captured) -> None:
    assert run(["stream", "rock", "--out", str(tmp_path / "none" / "a.wav"), "--seconds", "1"]) == 1
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"error: {tmp_path}")
