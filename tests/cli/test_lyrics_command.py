"""`lyrics` as typed: files in and out, options that do not go together, files that are none."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from stemwright.cli.main import run
from support.songs import files

TEXT = "[verse]\nTwinkle, twinkle, little star,\nHow I wonder what you are\n"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    assert run(["new", str(tmp_path / "song"), "--form", "intro:1 verse:4 chorus:4", "--bpm", "120"]) == 0
    (tmp_path / "words.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "song"


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["lyrics", *map(str, words), "--json"]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert run(["lyrics", *map(str, words)]) == 2
    shown = capsys.readouterr()
    assert not shown.out and shown.err.startswith("error: ") and len(shown.err.strip().splitlines()) == 1
    return shown.err


def test_in_and_out(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, song, tmp_path / "words.txt")
    assert made["run"] == 1 and made["remarks"] == ["without words: chorus"]
    assert [s["text"] for s in made["lines"][0]["syllables"]][:2] == ["Twin", "kle,"]
    assert run(["lyrics", str(song)]) == 0
    assert "  1  2-3      Twin-kle, twin-kle, lit-tle star," in capsys.readouterr().out
    for end in ("txt", "lrc", "sheet", "json"):
        out = tmp_path / f"out.{end}"
        assert told(capsys, song, "--out", out)["file"] == str(out) and out.is_file()
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == TEXT
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["lines"] == made["lines"]
    assert told(capsys, song, tmp_path / "out.txt")["run"] is None
    assert told(capsys, song, tmp_path / "out.sheet")["run"] is None
    sheet = (tmp_path / "out.sheet").read_text(encoding="utf-8")
    (tmp_path / "out.sheet").write_text(sheet.replace("1:Twin-", "1.25:Twin-"), encoding="utf-8")
    edited = told(capsys, song, tmp_path / "out.sheet")
    assert [line["by_hand"] for line in edited["lines"]] == [True, False]
    assert edited["lines"][0]["syllables"][0]["beat"] == 1.25
    assert told(capsys, song, tmp_path / "out.lrc")["lines"][1]["text"] == "How I wonder what you are"
    assert "<00:" in (
        told(capsys, song, "--out", tmp_path / "w.lrc", "--word-times") and (tmp_path / "w.lrc").read_text()
    )
    assert told(capsys, song, "--line", 2, "--text", "Who are you")["lines"][1]["text"] == "Who are you"
    assert run(["lyrics", str(song), "--remove"]) == 0
    assert "has no lyrics" in refused(capsys, song)


def test_a_draft(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, song, "--write", "the sea", "--seed", 4)
    assert made["lines"] and made["remarks"] == ["drafted with the images of 'sea'"]


def test_standard_input(
    song: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode("utf-16")), "utf-8"))
    assert len(told(capsys, song, "-")["lines"]) == 2


def test_files_that_are_none(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(song)
    bad = {
        "empty.txt": (b" \n", "is empty"),
        "binary.txt": (bytes(range(256)), "is no text"),
        "null.txt": (b"a\0b", "is no text"),
        "latin.txt": ("für dich".encode("latin-1"), "is no text in UTF-8"),
        "x.json": (b'{"lines": []}', "is JSON"),
        "broken.lrc": (b"[00:1x.00]a", "line 1"),
    }
    for name, (data, said) in bad.items():
        (tmp_path / name).write_bytes(data)
        message = refused(capsys, song, tmp_path / name)
        assert name in message and said in message
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(3 << 30)  # sparse: it takes no room
    assert "longer than 1 MiB" in refused(capsys, song, tmp_path / "huge.txt")
    os.unlink(tmp_path / "huge.txt")
    assert "cannot be read" in refused(capsys, song, tmp_path / "gone.txt")
    assert "cannot be read" in refused(capsys, song, tmp_path)
    assert files(song) == before


def test_what_does_not_go_together(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = tmp_path / "words.txt"
    for given, said in (
        ((words, "--remove"), "file and --remove"),
        (("--line", "1", "--text", "a", "--write", "sea"), "--line and --write"),
        (("--line", "1"), "--line and --text"),
        (("--by", "cat"), "--by: goes with --write"),
        (("--write", "sea", "--timeout", "5"), "--timeout: goes with --by"),
        (("--write", "sea", "--by", "cat", "--timeout", "nan"), "--timeout"),
        (("--write", " "), "--write: give a theme"),
        (("--write", "sea", "--seed", "-1"), "--seed -1"),
        (("--language", "en"), "--language: goes with a file"),
        (("--word-times",), "--word-times: goes with --out"),
        ((words, "--out", tmp_path / "x.doc"), "ends in .txt, .lrc, .sheet, .json"),
        ((words, "--out", tmp_path / "x.txt", "--word-times"), "--word-times: only a file that ends in .lrc"),
        ((words, "--out", song / "x.txt"), "is inside the song"),
        ((words, "--layer", "drums"), "--layer drums"),
        (("--remove", "--layer", "lead"), "--layer: does not go with --remove"),
    ):
        assert said in refused(capsys, song, *given), given
    assert not (tmp_path / "x.txt").exists()
