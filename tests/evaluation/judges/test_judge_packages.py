"""Judges' files: found without importing a package, and said how to install where they are not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges import packages
from stemwright.evaluation.judges.basic_pitch import BasicPitch
from stemwright.evaluation.judges.musicnn import Musicnn
from stemwright.evaluation.judges.packages import Package, file_of, version_of
from stemwright.evaluation.judges.running import graph_of
from stemwright.evaluation.judges.swift_f0 import SwiftF0

MADE = Package("made-judge", "made_judge", "pip install made-judge")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that must not be imported."""
    folder = tmp_path / "made_judge"
    (folder / "saved").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "saved" / "model.onnx").write_bytes(b"not a graph")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_files_are_found_and_nothing_is_imported(made: Path) -> None:
    assert file_of(MADE, "saved", "model.onnx") == made / "saved" / "model.onnx"
    assert "made_judge" not in sys.modules and version_of(MADE) == ""


def test_a_missing_file_says_what_to_install(made: Path) -> None:
    with pytest.raises(StemwrightError, match=r"made-judge is not installed, or has no other\.onnx; .*pip"):
        file_of(MADE, "other.onnx")


def test_a_file_that_is_no_graph_says_what_to_install(made: Path) -> None:
    with pytest.raises(StemwrightError, match=r"not an ONNX file.*pip install made-judge") as caught:
        graph_of(MADE, "saved", "model.onnx")
    assert "\n" not in str(caught.value) and "bundle" not in str(caught.value)


@pytest.mark.parametrize("judge", [BasicPitch, SwiftF0, Musicnn])
def test_judges_that_are_not_installed(judge: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(StemwrightError, match=r"is not installed.*pip install"):
        judge()
