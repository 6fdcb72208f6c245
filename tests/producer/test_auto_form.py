"""`--form auto` and `--length`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stemwright.cli.main import run


def new(path: Path, *words: str) -> int:
    return run(["new", str(path), "--seed", "7", *words])


def sections(path: Path) -> list[tuple[str, int]]:
    record = json.loads((path / "song.json").read_text(encoding="utf-8"))
    return [(section["name"], section["bars"]) for section in record["state"]["sections"]]


def test_a_form_is_drawn_by_the_songs_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new(tmp_path / "one", "--form", "auto", "--style", "rock") == 0
    assert new(tmp_path / "two", "--form", "Auto", "--style", "rock") == 0
    assert sections(tmp_path / "one") == sections(tmp_path / "two") and len(sections(tmp_path / "one")) > 2
    assert new(tmp_path / "three", "--form", "auto", "--length", "1:00", "--bpm", "120") == 0
    assert 24 <= sum(bars for _, bars in sections(tmp_path / "three")) <= 36


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "--length 2:30",
            "--length: is for a form that is drawn; write --form auto with it, or leave it out",
        ),
        ("--length 2:30 --form verse:8", "--length: is for a form that is drawn"),
        ("--form auto --length soon", "length: 'soon' is not a length"),
        ("--form auto --length 0:01", "length: '0:01' is 1 seconds; give 10 seconds to 30 minutes"),
        ("--form auto --style jaz", "style: 'jaz' is not known; did you mean 'jazz'?"),
        ("--form automatic", "form: 'automatic' has no number of bars"),
    ],
)
def test_what_is_wrong_is_one_line(
    tmp_path: Path, words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(tmp_path / "song", *words.split()) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1 and not (tmp_path / "song").exists()


def test_a_meter_that_a_style_is_not_written_in_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(tmp_path / "one", "--style", "bossa", "--meter", "5/4", "--form", "auto") == 0
    assert "meter: bossa is written in 4/4, and adapted to 5/4" in capsys.readouterr().out
    assert new(tmp_path / "two", "--style", "waltz", "--meter", "3/4") == 0
    assert "adapted" not in capsys.readouterr().out
