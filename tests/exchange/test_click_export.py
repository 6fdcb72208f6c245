"""`export --click`: a file of its own, in the song or beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.producer.create import Wish, create
from stemwright.shown.reports import check


def test_as_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    assert run(["export", str(path), "--click", "--count-in", "1", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    info = soundfile.info(facts["click"])
    assert (info.samplerate, info.frames, info.subtype) == (48_000, 3 * 48_000, "PCM_24")
    assert facts["midi"] is None and not facts["stems"] and check(path)["ok"]
    to = ["--to", str(tmp_path / "out"), "--quality", "standard", "--format", "flac"]
    assert run(["export", str(path), "--click", *to]) == 0
    (file,) = (tmp_path / "out").iterdir()
    assert file.suffix == ".flac" and soundfile.info(file).frames == 2 * 24_000
    capsys.readouterr()
    for words in (["--count-in", "1"], ["--click", "--count-in", "99"], ["--click", "--format", "doc"]):
        assert run(["export", str(path), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
