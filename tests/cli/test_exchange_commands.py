"""`import`, `export`, `new --chords` and `show --plot` as typed: exit codes, one-line errors, JSON."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from stemwright.cli.main import run
from support import midi


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    file = tmp_path / "tune.mid"
    file.write_bytes(midi.band())
    return file


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert run([*map(str, words), "--json"]) == 0
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return facts


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert run([*map(str, words)]) == 2
    shown = capsys.readouterr()
    assert not shown.out and shown.err.startswith("error: ") and len(shown.err.strip().splitlines()) == 1
    return shown.err


def test_list_writes_nothing(tmp_path: Path, tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(told(capsys, "import", tmp_path / "song", tune, "--list")["tracks"]) == 4
    assert run(["import", str(tmp_path / "song"), str(tune), "--list"]) == 0
    assert "Fingered Bass" in capsys.readouterr().out and not (tmp_path / "song").exists()


def test_import_export_and_show(tmp_path: Path, tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "song"
    facts = told(capsys, "import", song, tune, "--key", "C", "--chords", "I | vi IV | V7", "--layer", "lead")
    assert (facts["key"], facts["meter"], facts["bars"]) == ("C major", "4/4", 3)
    assert facts["sources"]["key"] == "given" and list(facts["layers"]) == ["lead"]
    assert told(capsys, "show", song)["chords"] == "C | Am F | G7"
    assert Path(told(capsys, "export", song, "--midi")["midi"]).is_file()
    assert run(["import", str(tmp_path / "other"), str(tune)]) == 0
    assert "chords: notes" in capsys.readouterr().out


def test_chart_remarks_are_in_json(tmp_path: Path, tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    german = "German note names: H is B, B is B flat"
    (tmp_path / "chart.txt").write_text("H7 | Em", encoding="utf-8")
    given = ("--chords", f"@{tmp_path / 'chart.txt'}")
    assert told(capsys, "new", tmp_path / "new", *given)["chart_remarks"] == [german]
    assert "chart_remarks" not in told(capsys, "new", tmp_path / "plain")
    assert told(capsys, "import", tmp_path / "read", tune, *given)["chart_remarks"] == [german]
    assert run(["import", str(tmp_path / "shown"), str(tune), *given]) == 0
    assert f"chords:   {german}" in capsys.readouterr().out


def test_show_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    assert run(["new", str(tmp_path / "song"), "--chords", "ii7 V7 | Imaj7", "--form", "verse:2"]) == 0
    capsys.readouterr()
    picture = tmp_path / "x.png"
    assert told(capsys, "show", tmp_path / "song", "--plot", picture)["pictures"] == [str(picture)]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "--plot" in refused(capsys, "show", tmp_path / "song", "--plot", tmp_path / "x.bmp")


def test_wrong_uses(tmp_path: Path, tune: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song, empty = tmp_path / "song", tmp_path / "empty.mid"
    empty.write_bytes(b"")
    assert "bar 2, 'Xm'" in refused(capsys, "new", song, "--chords", "C | Xm")
    assert "bar 1, 'V7/x'" in refused(capsys, "song", song, "--chords", "V7/x")
    assert "bar 2, 'Gz'" in refused(capsys, "import", song, tune, "--chords", "C | Gz")
    assert "empty.mid" in refused(capsys, "import", song, empty)
    assert "horns" in refused(capsys, "import", song, tune, "--layer", "horns")
    assert "--every-track" in refused(capsys, "import", song, tune, "--every-track", "--track", "1=bass")
    assert not song.exists()


def test_a_file_from_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    give(midi.band())
    assert len(told(capsys, "import", tmp_path / "song", "-", "--style", "funk")["layers"]) == 4
    assert told(capsys, "show", tmp_path / "song")["style"] == "funk"
    give(midi.band())
    assert len(told(capsys, "import", tmp_path / "song", "-", "--list")["tracks"]) == 4
    for data, words in ((b"", "it is empty"), (b"MThd" * 3_000_000, "at most"), (b"abc", "not a MIDI file")):
        give(data)
        assert refused(capsys, "import", tmp_path / "x", "-").startswith("error: standard input: ")
        give(data)
        assert words in refused(capsys, "import", tmp_path / "x", "-")


ABC = 'X:3\nT:Reel\nM:4/4\nL:1/8\nK:G\n|:"G"GABc d4:|\n\nX:4\nT:Air\nM:3/4\nK:Am\n"Am"A6|\n'


def test_printed_music_in_and_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, song = tmp_path / "tunes.abc", tmp_path / "song"
    file.write_text(ABC)
    assert told(capsys, "import", song, file, "--list", "--tune", "4")["meter"] == "3/4"
    made = told(capsys, "import", song, file, "--track", "1=lead")
    assert (made["bars"], made["key"], made["sources"]["chords"]) == (2, "G major", "file")
    files = told(capsys, "export", song, "--musicxml", "--lead-sheet", "--abc")
    assert files["midi"] is None and not files["stems"]
    for kind in ("musicxml", "lead_sheet", "abc"):
        assert Path(files[kind]).parent.name == "renders"
        again = told(capsys, "import", tmp_path / kind, files[kind], "--track", "1=lead")
        assert again["layers"]["lead"]["score"] == made["layers"]["lead"]["score"] or kind == "abc"
        assert (again["bars"], again["key"]) == (2, "G major")
    assert run(["export", str(song), "--abc"]) == 0
    assert capsys.readouterr().out.split()[:1] == ["abc"]


def test_what_printed_music_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tunes.abc"
    file.write_text(ABC)
    assert "tunes.abc: has no tune 5, only 3, 4; name one with --tune N" in refused(
        capsys, "import", tmp_path / "song", file, "--tune", 5
    )
    (tmp_path / "a.mid").write_bytes(midi.band())
    assert "--split-voices" in refused(capsys, "import", tmp_path / "s", tmp_path / "a.mid", "--split-voices")
    assert "--tune" in refused(capsys, "import", tmp_path / "s", tmp_path / "a.mid", "--tune", 1)
