"""The report of a beat tracker: right beats are counted, latency and cost are measured, tables tell them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stemwright.assess.beats.measuring import Sound, assess_beats
from stemwright.assess.beats.tables import beat_tables
from stemwright.cli.main import run
from support.beats import clicks, write_beats, write_click_mixes

RATE = 24_000


def test_sounds_with_and_without_known_beats(tmp_path: Path) -> None:
    bundle = write_beats(tmp_path).path
    times = np.arange(0.5, 9.5, 0.5)
    audio = clicks(times.tolist(), 10.0)
    sounds = [Sound("drums", "a", audio, times, times[::4]), Sound("own", "b", audio[: 3 * RATE])]
    report = assess_beats(bundle, sounds, {"silence": np.zeros(10 * RATE, np.float32)}, RATE)
    known, unknown = report["sounds"]
    assert known["offline_f"] > 0.8 and 0 <= known["f"] <= 1 and known["core"] > 0
    assert "f" not in unknown and [row["kind"] for row in report["kinds"]] == ["drums", "own"]
    titles = [made.title for made in beat_tables(report)]
    assert titles[:2] == ["beats", "recordings"]


def test_the_command_measures_mixes_and_recordings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import soundfile

    bundle, out = write_beats(tmp_path).path, tmp_path / "r.json"
    mixes = write_click_mixes(tmp_path / "mixes")
    (mixes / "manifest.json").write_text('{"schema": 1, "kind": "mixes"}')
    assert run(["evaluate", "beats", str(bundle), str(mixes), "--clips", "1", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "unseen, with drums" in said and "unseen, without drums" in said
    kinds = json.loads(out.read_text())["kinds"]
    assert [row["kind"] for row in kinds] == ["unseen, with drums", "unseen, without drums"]
    (tmp_path / "own").mkdir()
    soundfile.write(tmp_path / "own" / "take.wav", clicks([0.5, 1.0, 1.5], 3.0), RATE)
    assert run(["evaluate", "beats", str(bundle), str(tmp_path / "own")]) == 0
    assert "take.wav" in capsys.readouterr().out
    assert run(["evaluate", "beats", str(bundle), str(mixes), "--clips", "0"]) == 2
