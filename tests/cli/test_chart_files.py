"""`--chords` from files and from standard input, as typed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.exchange.chartfile import LIMIT

CHART = "[Verse]\nC | Am\n[Chorus]\n|: F | G :|\n"
PLAYED = "C | Am | F | G | F | G"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(capsys: pytest.CaptureFixture[str], chords: str) -> dict[str, object]:
    assert run(["new", "song", "--chords", chords, "--json"]) == 0
    facts: dict[str, object] = json.loads(capsys.readouterr().out)
    return facts


def refused(capsys: pytest.CaptureFixture[str], chords: str) -> str:
    assert run(["new", "song", "--chords", chords]) == 2
    shown = capsys.readouterr()
    assert not shown.out and len(shown.err.strip().splitlines()) == 1 and not Path("song").exists()
    return shown.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["a chart.txt", "@a chart.txt"])
def test_files(capsys: pytest.CaptureFixture[str], encoding: str, name: str) -> None:
    text = (
        CHART.replace("Verse", "Strophe \u00e4")
        if encoding == "latin-1"
        else CHART.replace("G :", "G\u266d :")
    )
    Path("a chart.txt").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    played = PLAYED if encoding == "latin-1" else PLAYED.replace("G", "Gb")
    facts = made(capsys, name)
    assert facts["chords"] == played
    assert [section["bars"] for section in facts["sections"]] == [2, 4]  # type: ignore[attr-defined]


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CHART.encode())))
    assert made(capsys, "-")["chords"] == PLAYED


def test_a_chord_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("C").write_text("F", encoding="utf-8")
    assert made(capsys, "C")["chords"] == " | ".join(["C", *"%" * 23])


def test_other_names(capsys: pytest.CaptureFixture[str]) -> None:
    Path("C").write_text("F | G | Am | C | G", encoding="utf-8")
    assert made(capsys, "@C")["chords"] == "F | G | Am | C | G"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            b"C | Cmmaj | F",
            "chart.txt: chords: bar 2, 'Cmmaj' (character 5): is not a known chord; did you mean",
        ),
        (b"", "chart.txt: chords: the text is empty"),
        (b"PK\x03\x04\x00\x00", "chart.txt: is no text; save the chart as plain text"),
        (b"C | " * (LIMIT // 4) + b"F", "chart.txt: is longer than 1 MiB"),
    ],
)
def test_wrong_files(capsys: pytest.CaptureFixture[str], data: bytes, words: str) -> None:
    Path("chart.txt").write_bytes(data)
    assert words in refused(capsys, "@chart.txt")


@pytest.mark.parametrize(
    ("chords", "words"),
    [
        ("@none.txt", "--chords '@none.txt': cannot be read (No such file or directory)"),
        ("none.txt", "--chords 'none.txt': is not there"),
        ("@.", "--chords '@.': cannot be read"),
        ("@" + "x" * 5000, "cannot be read"),
        ("y" * 5000, "is not a known chord"),
    ],
)
def test_no_files(capsys: pytest.CaptureFixture[str], chords: str, words: str) -> None:
    assert words in refused(capsys, chords)


def test_what_was_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("chart.txt").write_text("[Verse]\nH7 | Em", encoding="utf-8")
    assert run(["new", "song", "--chords", "chart.txt"]) == 0
    shown = capsys.readouterr().out
    assert "form: Verse:2, from the chords\n" in shown
    assert "chords: German note names: H is B, B is B flat\n" in shown
