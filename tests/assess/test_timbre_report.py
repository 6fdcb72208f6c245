"""The report of a timbre."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._live")

import soundfile

from stemwright.assess.timbre.measuring import assess_timbre, read_set
from stemwright.assess.timbre.tables import timbre_tables
from stemwright.errors import UsageError
from stemwright.models.timbre import RATE
from support.timbres import phrase, write_timbre


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """An instrument with one recording, and one with three."""
    made = [tmp_path / "flute", tmp_path / "cello"]
    for folder, count in zip(made, (1, 3), strict=True):
        folder.mkdir()
        for number in range(count):
            soundfile.write(folder / f"{number}.wav", phrase(1.5, number), RATE)
    return made


def test_a_report_has_every_instrument_and_the_target(folders: list[Path], tmp_path: Path) -> None:
    flute, cello = (read_set(folder, 8) for folder in folders)
    report = json.loads(json.dumps(assess_timbre(write_timbre(tmp_path / "b").path, [flute], cello)))
    assert [(row["input"], row["is_target"]) for row in report["rows"]] == [("flute", False), ("cello", True)]
    assert all(row["colour_after"] > 0 and -1 <= row["level"] <= 1 for row in report["rows"])
    run = report["run"]
    assert run["latency"] == 240 and run["streamed_apart"] < 1e-5 and run["core"] > 0
    assert [len(table.rows) for table in timbre_tables(report)] == [2, 2, 1]


def test_what_cannot_be_measured(folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs two"):
        assess_timbre(tmp_path, [], read_set(folders[0], 8))
    with pytest.raises(UsageError, match="holds no recordings"):
        read_set(tmp_path / "nothing", 8)
