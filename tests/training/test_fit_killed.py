"""`kill -9`, and the same command again: the same bits as without, in one process and in two."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from fitted_line import LinePace, train_line

from stemwright.training.text.recipe import train_text
from stemwright.training.text.trainer import Recipe
from support.killing import assert_same_bits, finish, kill_after, torchrun, weights
from support.runner import COMMAND

PROGRAM = Path(__file__).with_name("fitted_line.py")
TEXT = Recipe(batch=64, captions=600, valid=100, warmup_steps=5, save_minutes=0.0)
TOLD = [
    f"{name}={getattr(TEXT, name)}" for name in ("batch", "captions", "valid", "warmup_steps", "save_minutes")
]
SETTINGS = ["--no-teacher", "--threads", "1", *(part for each in TOLD for part in ("--set", each))]


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    kill_after(
        "held out at step 10", [sys.executable, str(PROGRAM), str(tmp_path / "killed"), "1", "80", "0.02"]
    )
    step = int(weights(tmp_path / "killed")["adamw.weight:step"])
    assert 8 <= step < 80
    said: list[str] = []
    train_line(tmp_path / "killed", LinePace(), 80, said.append)
    assert said[0] == f"going on from step {step}"
    train_line(tmp_path / "whole", LinePace(), 80)
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")


@pytest.mark.skipif(sys.platform != "linux", reason="a killed torchrun takes its processes along on Linux")
def test_two_killed_processes_go_on_to_the_same_bits(tmp_path: Path) -> None:
    kill_after("held out at step 5", torchrun(PROGRAM, tmp_path / "killed", 1, 40, 0.05))
    assert 4 <= int(weights(tmp_path / "killed")["adamw.weight:step"]) < 40
    assert "going on from step" in finish(torchrun(PROGRAM, tmp_path / "killed", 1, 40, 0))
    finish(torchrun(PROGRAM, tmp_path / "whole", 1, 40, 0))
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")


def test_a_killed_text_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    arguments = ["train", "text", str(tmp_path / "killed"), "--steps", "24", *SETTINGS]
    kill_after("held out at step 3", [*COMMAND, *arguments])
    said: list[str] = []
    given = {"teacher": False, "recipe": TEXT, "threads": 1}
    train_text(tmp_path / "killed", steps=24, report=said.append, **given)  # type: ignore[arg-type]
    assert said[0].startswith("going on from step ")
    train_text(tmp_path / "whole", steps=24, report=str, **given)  # type: ignore[arg-type]
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a killed torchrun takes its processes along on Linux")
def test_a_text_training_by_two_processes(tmp_path: Path) -> None:
    """Killed and gone on it is the same bit by bit; and it does what one does with two batches a step."""
    of = {
        name: ["-m", "stemwright", "train", "text", tmp_path / name, "--steps", 24, *SETTINGS]
        for name in ("killed", "whole")
    }
    kill_after("held out at step 3", torchrun(*of["killed"]))
    assert "going on from step" in finish(torchrun(*of["killed"]))
    finish(torchrun(*of["whole"]))
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")
    one = replace(TEXT, accumulate=2)
    train_text(tmp_path / "one", steps=24, teacher=False, recipe=one, threads=1, report=str)
    two, alone = weights(tmp_path / "whole"), weights(tmp_path / "one")
    for name in alone:
        torch.testing.assert_close(two[name], alone[name], rtol=0, atol=1e-4)
