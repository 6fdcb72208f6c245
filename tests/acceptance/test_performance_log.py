"""Every run leaves its record and a line in `system_telemetry.log`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from support.runner import run_json

NEEDED = {"rtf", "peak_memory_mb", "seconds", "stages", "isa", "threads", "versions", "processor", "run"}


def test_every_run_is_logged(tmp_path: Path, finished: Path, weights: Path) -> None:
    song = Path(shutil.copytree(finished, tmp_path / "song"))
    run_json("generate", song, "lead", "--seed", "7", weights=weights)
    run_json("mix", song, weights=weights)
    runs = run_json("log", song)["runs"]
    assert [run["command"] for run in runs] == ["generate", "mix", "generate", "mix"]
    assert [run["run"] for run in runs] == [1, 2, 3, 4]
    assert runs[0]["parent"] is None and all(run["parent"] for run in runs[1:])
    assert runs[2]["layers"] == ["lead"] and runs[2]["seed"] == 7 and len(runs[2]["made"]) == 2
    assert all(run["rtf"] > 0 and run["peak_memory_mb"] > 0 and run["seconds"] > 0 for run in runs)
    lines = [json.loads(line) for line in (song / "system_telemetry.log").read_text().splitlines()]
    assert [line["run"] for line in lines] == [1, 2, 3, 4]
    assert all(line.keys() >= NEEDED for line in lines)
    assert set(lines[0]["versions"]) >= {"stemwright", "python", "numpy", "onnxruntime"}


def test_a_lost_line_is_written_again(tmp_path: Path, finished: Path, weights: Path) -> None:
    """Killed between the record and the log: the next writer adds the line."""
    song = Path(shutil.copytree(finished, tmp_path / "song"))
    log = song / "system_telemetry.log"
    whole = log.read_bytes()
    history = (song / "history.json").read_bytes()
    log.write_bytes(whole.splitlines(keepends=True)[0])
    run_json("mix", song, weights=weights)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["run"] for line in lines] == [1, 2, 3]
    assert history != (song / "history.json").read_bytes()
    assert run_json("verify", song)["ok"]
