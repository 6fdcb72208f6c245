"""Targets, tables, and the command line around them; the figures are made up."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from stemwright.bench import benchmark as bench_run
from stemwright.bench.report import notes, sections
from stemwright.bench.table import tables
from stemwright.bench.targets import TARGETS, targets
from stemwright.cli.main import run

MACHINE: dict[str, Any] = {
    "isa": "avx2", "fma_peak": 50.0, "kernel_1_row": 20.0, "kernel_16_rows": 45.0, "load": 0.1,
    "settings": {"PyTorch eager fp32": "fused"}, "rivals": {}, "quick": True,
    "left_out": ["ONNX Runtime fp32 left out: pip install 'stemwright[train]'"],
}  # fmt: skip


def step(contestant: str, ms: float, **changes: Any) -> dict[str, Any]:
    row = {
        "kind": "step", "preset": "base", "layers": ["drums", "bass", "lead"], "batch": 1, "threads": 1,
        "cache": 1200, "contestant": contestant, "title": contestant.title(), "settings": "plain",
        "weights_mb": 50.0, "cache_mb": 5.0, "ms": ms, "ms_low": ms, "ms_high": ms, "rtf": ms * 0.075,
        "ratio": ms / 2.0, "multiply_adds_g": 25.0, "difference": 0.0, "read_mb": 55.0, "bandwidth_gbs": 50.0,
        "read_ms": 1.1, "share": 1.1 / ms, "peak_mb": 90.0,
    }  # fmt: skip
    return {**row, **changes}


def special(name: str, value: float, preset: str = "base") -> dict[str, Any]:
    row = {"kind": "special", "name": name, "preset": preset, "title": f"about {name}", "value": value}
    return {**row, "unit": "x", "threads": 1, "cache": 1200, "details": {"one_ms": 1.23456, "heads": 8}}


ROWS = [
    step("engine-int8", 2.0),
    step("ort-int8", 3.0),
    step("pytorch", 17.0),
    step("engine-int8", 1.1, threads=2),
    step("engine-int8", 4.0, layers=["harmony"]),
    special("takes", 2.5),
    special("threads", 1.8),
    special("layers", 0.15, preset="small"),
]


def test_targets_are_judged() -> None:
    found = {row["title"]: (row["value"], row["reached"]) for row in targets(ROWS)}
    assert found == {
        "base: faster than ONNX Runtime int8": (1.5, False),
        "base: faster than PyTorch eager": (8.5, True),
        "base: time over that of reading weights and cache": (pytest.approx(2 / 1.1), False),
        "base: two threads faster than one": (1.8, True),
        "base harmony: one thread": (pytest.approx(0.3), True),
        "four small layers on two cores": (0.15, True),
        "base: four takes in time of one": (2.5, False),
        "base: peak memory beside weights and cache": (35.0, True),
    }


def test_what_was_not_measured_is_no_target() -> None:
    assert targets([]) == []
    assert len(targets([step("engine-int8", 2.0, peak_mb=None)])) == 1
    assert len({target.title for target in TARGETS}) == len(TARGETS)


def test_sections_are_whole_tables() -> None:
    found = sections(MACHINE, [*ROWS, *targets(ROWS)])
    assert [section.title for section in found] == [
        "base: drums, bass, lead",
        "base: harmony",
        "beyond single steps: engine, int8 cache",
        "to reach",
    ]
    for section in found:
        assert all(len(row) == len(section.columns) for row in section.rows)
    first = found[0]
    assert first.rows[0][:5] == ["1", "1", "1200", "Engine-Int8", "2.00"] and first.rows[1][:3] == [""] * 3
    assert first.gaps == {0, 3}
    assert first.rows[0][8:10] == ["55%", "50%"]


def test_a_processor_without_fused_operations_has_no_peak() -> None:
    machine = {**MACHINE, "fma_peak": None}
    assert sections(machine, ROWS)[0].rows[0][9] == "-"
    assert "in registers" not in notes(machine, ROWS)[1]


def test_notes_say_settings_and_who_is_missing() -> None:
    lines = notes(MACHINE, ROWS)
    assert "PyTorch eager fp32: fused." in lines and lines[-1] == MACHINE["left_out"][0]
    assert not any("Other programs" in line for line in lines)
    assert any("load 3.0" in line for line in notes({**MACHINE, "load": 3.0}, ROWS))


def test_the_table_fits_150_columns() -> None:
    console = Console(width=150, record=True, file=io.StringIO())
    console.print(tables(MACHINE, [*ROWS, *targets(ROWS)]))
    text = console.export_text()
    assert "pip install 'stemwright[train]'" in text  # no markup to the table
    assert "Engine-Int8" in text and "one_ms 1.23, heads 8" in text
    assert max(map(len, text.splitlines())) <= 150


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Calls of the benchmark, which then measures nothing."""
    calls: list[tuple[Any, ...]] = []

    def bench_engine(presets: Any, quick: bool, watch: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        calls.append((presets, quick))
        watch("bench", 1, 1)
        return MACHINE, ROWS

    monkeypatch.setattr(bench_run, "bench_engine", bench_engine)
    return calls


def test_json_is_one_object(measured: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "engine.json"
    assert run(["bench", "engine", "--quick", "--preset", "base", "--json", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert set(result) == {"machine", "rows"} and result["rows"] == ROWS
    assert result["machine"]["isa"] == "avx2" and result["machine"]["cores"] >= 1
    assert json.loads(out.read_text()) == result
    assert measured == [(["base"], True)]


def test_people_get_tables(measured: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "engine"]) == 0
    assert "base: harmony" in capsys.readouterr().out
    assert measured == [([], False)]


def test_a_file_that_cannot_be_is_refused_before_the_work(
    measured: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for bad in (tmp_path, tmp_path / "no" / "engine.json"):
        assert run(["bench", "engine", "--out", str(bad)]) == 2
        assert "--out" in capsys.readouterr().err
    assert measured == []


def test_a_preset_that_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "engine", "--preset", "huge"]) == 2
    assert "tiny, small, base" in capsys.readouterr().err
