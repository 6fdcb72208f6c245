"""A flow's training that is killed goes on to the same bits."""

from __future__ import annotations

from pathlib import Path

from killing import assert_same_bits, kill_after
from test_flow_training import QUICK, speaking, train  # noqa: F401

from stemwright.models import Bundle
from stemwright.song.layers import LAYERS
from stemwright.training.flow.latents import hear_latents
from support.runner import COMMAND

TOLD = {
    name: getattr(QUICK, name) for name in ("batch", "length", "warmup_steps", "valid_count", "learning_rate")
}
SETTINGS = [f"--set={name}={value}" for name, value in {**TOLD, "save_minutes": 0}.items()]


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
