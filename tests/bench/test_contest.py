"""Contestants measured in turn, and what happens where one fails or computes something else."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from stemwright.bench import entrants
from stemwright.bench.cases import Case, Effort, Shape
from stemwright.bench.contest import contest, start
from stemwright.bench.entrants import ENTRANTS, Entrant
from stemwright.bench.process import Process
from stemwright.errors import StemwrightError

BLINK = Effort(rounds=2, turn_seconds=0.002, trial_seconds=0.001)
ENGINES = ENTRANTS[:2]


def test_rows_of_the_engine(shape: Shape, folder: Path) -> None:
    done: list[int] = []
    wanted = [Case(shape, 2, 1, cache) for cache in (40, 64)]
    rows = contest(wanted, folder, ENGINES, BLINK, lambda: done.append(1))
    assert len(done) == 2
    assert [(row["cache"], row["contestant"]) for row in rows] == [
        (40, "engine-int8"),
        (40, "engine-fp32"),
        (64, "engine-int8"),
        (64, "engine-fp32"),
    ]
    for row in rows:
        assert 0 < row["ms_low"] <= row["ms"] <= row["ms_high"]
        assert row["share"] == pytest.approx(row["read_ms"] / row["ms"])
        assert row["rtf"] == pytest.approx(row["ms"] * 0.075)
        assert row["peak_mb"] is None or row["peak_mb"] > row["weights_mb"] + row["cache_mb"]
    assert rows[0]["ratio"] == 1.0 and rows[1]["difference"] == 0.0 and rows[0]["difference"] > 0.0
    assert rows[1]["cache_mb"] > 3 * rows[0]["cache_mb"]


def test_who_computes_something_else_is_refused(shape: Shape, folder: Path) -> None:
    strict = [replace(ENGINES[0], tolerance=1e-9), ENGINES[1]]
    with pytest.raises(StemwrightError, match="engine, int8 cache computes something else"):
        contest([Case(shape, 1, 1, 64)], folder, strict, BLINK, lambda: None)


def test_a_failing_process_is_named_with_its_last_line(folder: Path) -> None:
    broken = replace(ENGINES[0], argument="int3")
    with start(broken, folder) as process, pytest.raises(StemwrightError) as caught:
        process.ask("open", variant=0, batch=1, threads=1, cache=64, most=64)
    assert "engine, int8 cache failed" in str(caught.value) and "kv_cache" in str(caught.value)


def test_a_module_that_is_missing_is_named() -> None:
    process = Process("nobody", "stemwright.bench.nobody")
    with process, pytest.raises(StemwrightError, match="nobody failed"):
        process.wait()


def test_leaving_by_an_exception_ends_the_process(folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt), start(ENGINES[0], folder) as process:
        raise KeyboardInterrupt
    assert process._process.poll() is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_contestant_sleeps_after_its_turn(folder: Path) -> None:
    with start(ENGINES[0], folder) as process:
        process.ask("open", variant=0, batch=1, threads=2, cache=64, most=64)
        process.ask("fill")
        process.ask("turn", seconds=0.05)
        before = _processor_seconds(process)
        time.sleep(0.3)
        assert _processor_seconds(process) - before < 0.05


def _processor_seconds(process: Process) -> float:
    fields = Path(f"/proc/{process._process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_package_that_is_missing_is_said() -> None:
    assert ENTRANTS[0].missing is None
    assert Entrant("x", "X", "m", "a", 1.0, needs=("no_such_package_here",)).missing == "no_such_package_here"


def test_without_the_training_extra_rivals_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrants, "find_spec", lambda package: None if package == "torch" else object())
    able, absent = entrants.present()
    assert [entrant.name for entrant in able] == ["engine-int8", "engine-fp32", "ort-fp32", "ort-int8"]
    assert absent == [
        "PyTorch eager fp32 left out: torch is not installed; get it with: pip install 'stemwright[train]'"
    ]
