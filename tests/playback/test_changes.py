"""`watch`: one mix at once, another after each change, none meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stemwright.cli.main import run
from stemwright.editing.automation import set_gain
from stemwright.errors import StemwrightError, UsageError
from stemwright.playback.changes import watch_song
from stemwright.producer.create import Wish, create
from stemwright.store import SongFolder


def watched(path: Path, steps: list[Callable[[], object]], mix: Callable[..., dict[str, Any]]) -> list[Any]:
    """What is told while `steps` are done, one at each look."""
    left = iter(steps)

    def wait(seconds: float) -> None:
        for step in left:
            step()
            return
        raise KeyboardInterrupt

    told = []
    try:
        for facts in watch_song(path, mix=mix, wait=wait):
            told.append(facts["error"])
    except KeyboardInterrupt:
        pass
    return told


def test_only_changes_are_mixed(song: Path) -> None:
    def change(level: float) -> Callable[[], object]:
        return lambda: set_gain(song, "voice", level, bars="1")

    mixed: list[Path] = []

    def mix(path: Path, **options: object) -> dict[str, Any]:
        mixed.append(path)
        return {}

    told = watched(song, [lambda: None, change(-3), lambda: None, change(-3), change(0)], mix)
    assert told == [None] * 3 and len(mixed) == 3, "at once, and after two changes; the same again is none"


def test_errors_are_told_and_writers_are_waited_for(song: Path) -> None:
    calls: list[int] = []

    def mix(path: Path, **options: object) -> dict[str, Any]:
        calls.append(1)
        raise StemwrightError("no room on the disk")

    folder = SongFolder.open(song)
    lock = folder.lock()
    steps = [lambda: None, lambda: lock.__exit__(None, None, None), lambda: None]
    lock.__enter__()
    assert watched(song, steps, mix) == ["no room on the disk"] and len(calls) == 1


def test_once_as_typed(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mix.wav"
    assert run(["watch", str(song), "--once", "--out", str(out), "--quality", "standard", "--json"]) == 0
    assert Path(json.loads(capsys.readouterr().out)["mix"]) == out and out.is_file()
    create(tmp_path / "bare", Wish(bpm="240", form="verse:1", seed=1))
    assert run(["watch", str(tmp_path / "bare"), "--once"]) == 2
    assert run(["watch", str(tmp_path / "none"), "--once"]) == 2
    assert run(["watch", str(song), "--once", "--interval", "0"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    with pytest.raises(UsageError, match="no such folder"):
        next(watch_song(tmp_path / "none"))
