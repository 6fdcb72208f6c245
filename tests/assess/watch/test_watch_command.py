"""`train watch`: curves in text and as a picture, in a terminal and elsewhere."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
from test_followed_logs import held, step

from stemwright.assess.watch.dots import drawn, span
from stemwright.cli.main import run as command
from support.runner import COMMAND, environment


def test_a_curve_in_dots() -> None:
    rising = [(float(x), float(x)) for x in range(8)]
    assert drawn(rising, 4, 2) == ["⠀⠀⡠⠊", "⡠⠊⠀⠀"]
    assert drawn(rising, 8, 8, braille=False) == ["*".rjust(8 - n).ljust(8) for n in range(8)]
    assert drawn([], 2, 1) == ["⠀⠀"] and drawn([(0.0, 1.0)], 1, 1, braille=False) == ["*"]
    assert drawn([(0.0, 1.0), (4.0, 1.0)], 2, 1) == ["⠒⠒"]  # a flat one, in the middle


def test_first_values_may_lie_above() -> None:
    points = [(0.0, 100.0), *((float(x), 10.0 - x / 50) for x in range(10, 101))]
    assert span(points) == (8.0, 9.8) and span([]) == (0.0, 1.0)
    assert drawn(points, 10, 3)[0][0] != "⠀"


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "drums"
    folder.mkdir()
    lines = [step(n, 5.0 - n / 50) + (held(n, 6.0 - n / 50) if n % 20 == 0 else "") for n in range(0, 61, 10)]
    (folder / "log.jsonl").write_text("".join(lines))
    return folder


def test_where_there_is_no_terminal_it_is_shown_once(
    run_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    assert command(["train", "watch", str(run_folder)]) == 0
    shown = capsys.readouterr().out
    assert "step 60  0:02:00 of training  60%  0:01:20 left  12.5 examples/s  rate 0.001" in shown
    assert "loss 3.8  [3.8 to 4.8]" in shown and "held out 4.8, best 4.8 at step 60" in shown
    assert "⠑" in shown and "\x1b" not in shown and "/drums  step" in shown


def test_facts_and_a_picture(run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "curves.png"
    assert command(["train", "watch", str(run_folder), "--json", "--plot", str(picture)]) == 0
    (facts,) = json.loads(capsys.readouterr().out)["runs"]
    assert (facts["step"], facts["best"], facts["over"]) == (60, 4.8, False)
    assert picture.read_bytes().startswith(b"\x89PNG") and len(list(tmp_path.iterdir())) == 2


def test_what_is_refused(run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        ([str(tmp_path / "nowhere")], "log.jsonl: is not there; give the folder of a training run"),
        ([str(run_folder), "--plot", str(tmp_path / "a.gif")], "name a file that ends in .png or .svg"),
        (
            [str(run_folder), "--plot", str(tmp_path / "no" / "a.png")],
            "name a file in a folder that is there",
        ),
        ([], "Missing argument"),
    ):
        assert command(["train", "watch", *arguments]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_in_a_terminal_it_follows_to_the_end(run_folder: Path, tmp_path: Path) -> None:
    """It waits for a log that is not there yet, hears new lines, ends with the last run, or at Ctrl-C."""
    later = tmp_path / "bass"
    ours, theirs = os.openpty()
    watcher = subprocess.Popen(
        [*COMMAND, "train", "watch", str(run_folder), str(later)],
        stdout=theirs, stdin=theirs, stderr=subprocess.PIPE, env={**environment(), "TERM": "xterm"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where it is ignored, too
    )  # fmt: skip
    os.close(theirs)
    read_until(ours, b"waiting: log.jsonl is not there yet")
    later.mkdir()
    (later / "log.jsonl").write_text(step(7, 1.25))
    read_until(ours, b"step 7 ")
    with (run_folder / "log.jsonl").open("a") as file:
        file.write(held(100, 0.5))
    read_until(ours, b"over")
    assert watcher.poll() is None
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(20) == 0 and watcher.stderr is not None and watcher.stderr.read() == b""
    watcher.stderr.close()
    os.close(ours)


def read_until(terminal: int, wanted: bytes, seconds: float = 30.0) -> None:
    text, end = b"", time.monotonic() + seconds
    while wanted not in text:
        assert time.monotonic() < end, text[-2000:]
        if select.select([terminal], [], [], 0.5)[0]:
            text += os.read(terminal, 65536)
