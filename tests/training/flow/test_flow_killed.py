"""A flow's training that is killed goes on to the same bits, and two processes do what one does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from test_flow_training import QUICK, speaking, train  # noqa: F401

from stemwright.models import Bundle
from stemwright.song.layers import LAYERS
from stemwright.training.flow.latents import hear_latents
from support.killing import assert_same_bits, finish, kill_after, torchrun, weights
from support.runner import COMMAND

TOLD = {
    name: getattr(QUICK, name) for name in ("batch", "length", "warmup_steps", "valid_count", "learning_rate")
}
SETTINGS = [
    f"--set={name}={value}" for name, value in {**TOLD, "save_minutes": 0, "compile": "false"}.items()
]


def test_a_killed_flow_training_goes_on_to_the_same_bits(
    tone_data: Path,
    speaking: Bundle,  # noqa: F811
    tmp_path: Path,
) -> None:
    hear_latents(tone_data, speaking, LAYERS, str)
    given = ["--codec", speaking.path, "--size", "tiny", "--steps", 40, "--device", "cpu", "--threads", 1]
    command = [*COMMAND, "train", "flow", tone_data, tmp_path / "killed", *given, *SETTINGS]
    kill_after("held out at step 5", [str(part) for part in command])
    said: list[str] = []
    train(tone_data, tmp_path / "killed", speaking, 40, threads=1, report=said.append)
    assert any(line.startswith("going on from step ") for line in said)
    train(tone_data, tmp_path / "whole", speaking, 40, threads=1)
    assert_same_bits(tmp_path / "whole", tmp_path / "killed")


@pytest.mark.slow
def test_two_processes_do_what_one_does_with_two_batches_a_step(
    tone_data: Path,
    speaking: Bundle,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Also where both hear the latents of the same shards first."""
    for file in tone_data.rglob("*.latents*"):
        file.unlink()
    given = ["--codec", speaking.path, "--size", "tiny", "--steps", 16, "--device", "cpu", "--threads", 1]
    finish(torchrun("-m", "stemwright", "train", "flow", tone_data, tmp_path / "two", *given, *SETTINGS))
    train(tone_data, tmp_path / "one", speaking, 16, threads=1, recipe=replace(QUICK, accumulate=2))
    two, one = weights(tmp_path / "two"), weights(tmp_path / "one")
    for name in one:
        torch.testing.assert_close(two[name], one[name], rtol=0, atol=1e-4)
