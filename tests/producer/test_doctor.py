"""`doctor`: which codecs the installed performers need, and whether what is there gives sound."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.cli.main import run
from stemwright.models import registry
from stemwright.producer.doctor import examine
from support.bundles import write_all, write_codec, write_wide
from support.performers import write_performer

pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")

from support.tones import notes_graph, write_tone, write_tones


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of bundles there is, empty."""
    monkeypatch.setattr(registry, "folders", lambda: (tmp_path,))
    return tmp_path


def problems() -> list[str]:
    found: dict[str, Any] = examine()
    assert found["ok"] == (not found["problems"]) and all("\n" not in line for line in found["problems"])
    return list(found["problems"])


def test_nothing_is_installed(folder: Path) -> None:
    assert problems()[-1] == "neither bundle 'tone' nor 'codec' is installed" and len(problems()) == 5


def test_performers_of_the_waveform_codec_need_it_alone(folder: Path) -> None:
    write_all(folder)
    assert problems() == []
    bundles = examine()["bundles"]
    assert bundles["codec"]["tried"] and not bundles["lead"]["tried"]
    shutil.rmtree(folder / "codec")
    write_tone(folder)
    (said,) = problems()
    assert "whose tokens 'drums', 'bass', 'harmony', 'lead' speak, is not installed" in said


def test_performers_of_the_tone_codec_need_it_alone(folder: Path) -> None:
    write_tones(folder)
    assert problems() == [] and examine()["bundles"]["tone"]["tried"]
    write_codec(folder)
    assert problems() == [], "a codec that nobody speaks does no harm"
    shutil.rmtree(folder / "tone")
    assert "is not installed" in problems()[0] and len(problems()) == 1


def test_both_are_needed_where_both_are_spoken(folder: Path) -> None:
    tone, codec = write_tones(folder), write_codec(folder)
    write_performer(folder, "lead", codec)
    assert problems() == []
    shutil.rmtree(folder / "tone")
    (said,) = problems()
    assert tone.sha256[:12] in said and "'drums', 'bass', 'harmony' speak" in said


def test_what_gives_no_sound_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tones(folder)
    write_tone(folder, files={"notes.onnx": notes_graph(np.random.default_rng(0), 3)})
    (said,) = problems()
    assert "notes.onnx" in said and "another shape" in said
    assert run(["doctor"]) == 1
    assert "NOT OK: " in capsys.readouterr().out


def test_problems_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder)
    write_wide(folder, write_codec(folder))
    assert run(["doctor"]) == 0 and examine()["bundles"]["wide"]["tried"]
    shutil.rmtree(folder / "codec")
    shutil.rmtree(folder / "bass")
    capsys.readouterr()
    assert run(["doctor"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "problem bundle 'bass' is not installed" in shown
    assert "problem neither bundle 'tone' nor 'codec' is installed" in shown
