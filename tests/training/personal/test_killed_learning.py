"""`personal learn` killed outright, again and again, then run to its end: the adapter of a run left alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")

from stemwright.models.adapter import ADAPTER_FILE
from support.personal import melody, recording
from support.runner import environment
from support.tones import write_tones

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

STEPS = 24
WORKER = f"""
import sys
from pathlib import Path
from stemwright.training.personal import files, mixing
from stemwright.training.personal.trainer import StyleRecipe
mixing.PLAYED_CLIPS.update(train=1, valid=1)
mixing.FORM = "verse:2"
recipe = StyleRecipe(length=64, batch=2, valid_crops=2, rank=2, most=1.0, warmup_steps=1, save_minutes=0.0)
files.learn_from_files(
    "mine", [Path(sys.argv[1])], layer="lead", steps={STEPS}, seed=3, threads=1, recipe=recipe,
    report=lambda line: print(line, flush=True),
)
"""
"""With a checkpoint after every step."""


def begun(sound: Path, home: Path, weights: Path) -> subprocess.Popen[str]:
    """The command, running, with the user's data in `home`."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(sound)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(weights, XDG_DATA_HOME=str(home)),
    )


def finished(sound: Path, home: Path, weights: Path) -> tuple[bytes, str]:
    """The adapter's bytes and what the command said."""
    said, _ = begun(sound, home, weights).communicate(timeout=300)
    return (home / "stemwright" / "personal" / "mine" / "lead" / ADAPTER_FILE).read_bytes(), said


def killed(sound: Path, home: Path, weights: Path, when: Callable[[], bool]) -> None:
    """The command, killed as soon as something is so."""
    process, end = begun(sound, home, weights), time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    ended = process.poll()
    process.kill()
    said, _ = process.communicate()
    assert ended is None, said


def test_kills_change_nothing(tmp_path: Path) -> None:
    write_tones(tmp_path / "weights")
    sound, home, weights = (
        recording(tmp_path / "take.wav", melody(66.0)),
        tmp_path / "b",
        tmp_path / "weights",
    )
    whole, _ = finished(sound, tmp_path / "a", weights)
    work = home / "stemwright" / "personal" / "mine" / ".lead.work"
    point, log = work / "run" / "checkpoint.safetensors", work / "run" / "log.jsonl"
    killed(sound, home, weights, work.exists)
    assert not point.exists()
    killed(sound, home, weights, point.exists)
    lines = log.read_text().count("\n") if log.exists() else 0
    killed(sound, home, weights, lambda: log.read_text().count("\n") > lines)
    made, said = finished(sound, home, weights)
    assert "going on from step" in said and made == whole
    assert not work.exists()
