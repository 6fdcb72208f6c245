"""What JACK does once in a blue moon, done by a libjack of the tests, in processes that find it first."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SESSION = """
import time
from stemwright.live.devices import Wish, open_audio
from stemwright.native.live import Graph
from stemwright.native.live_commands import What, note
graph = Graph(48000)
port = graph.add_midi(0)
{before}
device = open_audio(graph, Wish("jack", midi_outputs={{0: "synth"}}))
end = time.monotonic() + 5
while graph.sample < 64 * 40 and device.alive and time.monotonic() < end:
    time.sleep(0.01)
work, reports = device.work(), graph.reports()
late = [(int(r["at"]), int(r["value"])) for r in reports if r["what"] == What.XRUN]
print("found", device.alive, work.xruns, work.lost, late, device.trouble, sep="|")
device.stop()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler, or not Linux")
    folder = tmp_path_factory.mktemp("jack")
    command = [compiler, "-shared", "-fPIC", "-pthread", "-o", folder / "libjack.so.0", HERE / "fake_jack.c"]
    subprocess.run(command, check=True)
    return folder


def session(library: Path, what: str, before: str = "") -> tuple[list[str], list[str]]:
    """What was found, and the MIDI that was taken: time of the block, offset in it, status and data byte."""
    found = subprocess.run(
        [sys.executable, "-c", SESSION.format(before=before)],
        env={**os.environ, "FAKE_JACK": what, "LD_LIBRARY_PATH": str(library)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert found.returncode == 0 and not found.stderr, found.stderr
    texts = found.stdout.splitlines()
    line = next(text for text in texts if text.startswith("found|"))
    return line.split("|")[1:], [text for text in texts if not text.startswith("found|")]


def test_a_server_that_changes_its_rate_is_told_and_the_music_goes_on(library: Path) -> None:
    (alive, *_, trouble), _ = session(library, "rate")
    assert alive == "True" and "changed its rate from 48000 to 44100 Hz" in trouble


def test_a_client_that_is_thrown_out_knows_why(library: Path) -> None:
    (alive, *_, trouble), _ = session(library, "gone")
    assert alive == "False" and trouble.endswith("threw this client out (too slow)")


def test_blocks_that_were_left_out_are_counted_to_the_frame(library: Path) -> None:
    (alive, xruns, lost, late, trouble), _ = session(library, "late")
    assert (alive, xruns, lost, trouble) == ("True", "1", str(7 * 64), "")
    assert late == str([(19 * 64, 7 * 64)]), "one report, though two signs of it came"


def test_midi_that_a_port_has_no_room_for_goes_out_later_in_its_order(library: Path) -> None:
    notes = "graph.post([note(port, 60 + i, 100, at=64 * (17 + 2 * i)) for i in range(8)])"
    _, events = session(library, "full", notes)
    begins = [event for event in events if event.split()[2].startswith("90")]
    assert [int(event.split()[2][2:], 16) for event in begins] == list(range(60, 68))
    waited = [int(event.split()[0]) // 64 for event in begins]
    assert waited == [17, 29, 29, 29, 29, 29, 29, 31]
    ends = [event for event in events if event.split()[2].startswith("8")]
    assert sorted(int(event.split()[2][2:], 16) for event in ends) == list(range(60, 68)), "none hangs"


def test_a_library_that_is_not_jack(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler, or not Linux")
    (tmp_path / "empty.c").write_text("int nothing;\n")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", tmp_path / "libjack.so.0", tmp_path / "empty.c"], check=True
    )
    with pytest.raises(AssertionError, match=r"libjack.so.0 has no jack_client_open: it is not JACK"):
        session(tmp_path, "")
