"""The log of a run: what its lines say, what a killed process leaves in it, TensorBoard's event files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from fitted_line import LinePace, train_line

from stemwright.cli.main import run as command
from stemwright.training.fit.run_log import RunLog, scalars
from stemwright.training.fit.settings import changed


def lines(out: Path, name: str = "log.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


def test_lines_say_how_far_and_how_fast(tmp_path: Path) -> None:
    train_line(tmp_path, LinePace(), 100)
    rows = lines(tmp_path)
    assert [row["done"] for row in rows if "examples" in row] == [0.5, 1.0]
    assert all(row["examples"] > 0 for row in rows if "rate" in row)
    held = [row for row in rows if "valid" in row]
    assert all(row["held_out"] == row["valid"] for row in held) and held[-1]["done"] == 1.0


def test_lines_after_the_checkpoint_come_again(tmp_path: Path) -> None:
    """A killed process leaves lines of steps whose gain is lost, and the last one may be half there."""
    said = [{"step": step, "seconds": float(step)} for step in (0, 4, 8)]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(each) + "\n" for each in said) + '{"step": 2, "se')
    log = RunLog(tmp_path, False)
    log.begin(4)
    log.write({"step": 6, "value": 1 / 3})
    assert lines(tmp_path) == [*said[:2], {"step": 6, "value": 0.333333}]
    log.begin(6)
    assert len(lines(tmp_path)) == 3


def test_a_run_from_the_start_puts_the_old_log_aside(tmp_path: Path) -> None:
    train_line(tmp_path, LinePace(), 4)
    (tmp_path / "checkpoint.safetensors").unlink()
    old = lines(tmp_path)
    train_line(tmp_path, LinePace(), 8)
    assert lines(tmp_path, "log.old.jsonl") == old
    assert [row["step"] for row in lines(tmp_path)] == list(range(9))


def test_numbers_by_name() -> None:
    step = {"step": 50, "seconds": 3.0, "loss": 2.0}
    assert dict(scalars(step)) == {"train/seconds": 3.0, "train/loss": 2.0}
    held = {"step": 50, "judged": 0, "held_out": 1.5, "valid": {"bass": {"mel": 1.0}, "codes": [3, 4]}}
    named = {"held_out": 1.5, "valid/bass/mel": 1.0, "valid/codes/0": 3.0, "valid/codes/1": 4.0}
    assert dict(scalars(held)) == named


def test_event_files_hold_the_same_numbers(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    recipe = changed(LinePace(), ["tensorboard=true"])
    train_line(tmp_path, recipe, 50)
    (tmp_path / "checkpoint.safetensors").unlink()
    train_line(tmp_path, recipe, 100)
    read = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    rows = lines(tmp_path)
    for name, key in (("train/loss", "loss"), ("held_out", "held_out"), ("valid", "valid")):
        logged = {row["step"]: row[key] for row in rows if key in row}
        assert {each.step: each.value for each in read.Scalars(name)} == pytest.approx(logged)


def test_without_the_package_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert command(["train", "text", str(tmp_path / "out"), "--set", "tensorboard=true"]) == 1
    assert "tensorboard=true needs tensorboard; install it: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_of_it_is_loaded_unasked(tmp_path: Path) -> None:
    before = set(sys.modules)
    train_line(tmp_path, LinePace(), 2)
    assert not (tmp_path / "tensorboard").exists()
    assert not {name for name in set(sys.modules) - before if name.startswith("tensorboard")}
