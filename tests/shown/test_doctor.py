"""`doctor`: which codecs the installed performers need, and whether what is there gives sound."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.cli.main import run
from stemwright.models import load_bundle, registry, write_bundle
from stemwright.shown import runtimes
from stemwright.shown.doctor import examine
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
    assert bundles["codec"]["tried"] and bundles["lead"]["tried"]
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


def test_a_performer_that_the_engine_cannot_run_is_named(folder: Path) -> None:
    write_all(folder)
    whole = load_bundle(folder / "lead")
    files = {name: whole.file(name).read_bytes() for name in whole.manifest.files}
    shutil.rmtree(folder / "lead")
    write_bundle(folder / "lead", replace(whole.manifest, conditioning_version=1), files)
    (said,) = problems()
    assert str(folder / "lead") in said and "features" in said and not examine()["bundles"]["lead"]["tried"]


def test_problems_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(folder)
    write_wide(folder, write_codec(folder))
    assert run(["doctor"]) == 0 and examine()["bundles"]["wide"]["tried"]
    shutil.rmtree(folder / "codec")
    shutil.rmtree(folder / "bass")
    capsys.readouterr()
    assert run(["doctor"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "NOT OK bundle 'bass' is not installed" in shown
    assert "NOT OK neither bundle 'tone' nor 'codec' is installed" in shown


def test_a_run_time_that_cannot_be_loaded_is_told_before_any_work(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(folder)
    (tmp_path / "lib" / "onnxruntime").mkdir(parents=True)
    (tmp_path / "lib" / "onnxruntime" / "__init__.py").write_text(
        "raise ImportError('libexample.so.1: gone')"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    assert run(["doctor"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "NOT OK onnxruntime cannot be loaded (ImportError: libexample.so.1: gone); install it again" in said
    )
    assert run(["song", str(tmp_path / "s"), "--form", "a:1"]) == 1
    assert "pip install --force-reinstall onnxruntime" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_an_engine_that_ends_its_process_gives_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all(folder)
    crash = ("import os, signal; os.kill(os.getpid(), signal.SIGBUS)", "build it")
    monkeypatch.setitem(runtimes.TRIALS, "the native engine", crash)
    (said,) = problems()
    assert said == (
        "the native engine cannot be loaded (the process ended with SIGBUS); install it again: build it"
    )
