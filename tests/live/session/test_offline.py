"""Sets on the virtual clock: equal bytes for every block, samples at which things enter, replay."""

from __future__ import annotations

import json
import shutil
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stemwright.errors import UsageError
from stemwright.live.companion.presets import load
from stemwright.live.control.actions import make
from stemwright.live.desk.replay import replay
from stemwright.live.desk.setup import Setup
from stemwright.live.session.acting import act
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import Due, read_script
from stemwright.live.worker.worker import Made, Worker

NOBODY = "transport.clock: this set has no input: begin it with one"
RATE = 48_000
BAR = RATE  # four quarters at 240 BPM
COLUMNS = ("drums", "bass", "harmony", "lead")

SCRIPT = """
# a set
1      transport.play
1      scene.launch 0
1      transport.click on
1.2    midi 0 90 3c 64
1.4    midi 0 80 3c 00
2.2    slot.launch bass 1
2.5s   column.level drums -6
3.3    column.mute lead on
3.4    vibe.say "darker"
3      record.run on
5      record.run off
5.2    transport.tempo 200
@250001 slot.launch drums 1
7      end
"""


def play(
    opened: Opened,
    folder: Path,
    text: str,
    block: int = 128,
    *,
    companion: bool = True,
    works: bool = False,
    late: float = 0,
) -> LiveSet:
    """`late`: seconds by which what the worker makes is held back."""
    folder.mkdir()
    preset = load("harmony") if companion else None
    worker = Slow(opened.place, late) if works else None
    setup = Setup(RATE, opened.columns, 1 if companion else 0)
    live = LiveSet(opened, folder, setup, Parts(preset, [], None, worker, 3, True))
    live.start()
    try:
        script = read_script(text, "set.txt", opened.columns)
        render(live, script, folder / "main.wav", block, lambda done, of: None)
    finally:
        live.end()
    return live


class Slow(Worker):
    def __init__(self, song: Path, late: float) -> None:
        super().__init__(song)
        self._late, self._held = late, deque[tuple[float, Made]]()

    def results(self) -> list[Made]:
        now = time.monotonic()
        self._held.extend((now + self._late, made) for made in super().results())
        return [self._held.popleft()[1] for due, _ in [*self._held] if due <= now]


def read_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "session.jsonl").read_text().splitlines()]


def remarks(live: LiveSet) -> list[str]:
    """What was said, but for the rate of the stems."""
    return [message.text for message in live.messages if "; brought to " not in message.text]


def heard(folder: Path) -> np.ndarray:
    return soundfile.read(folder / "main.wav", dtype="float32")[0]


def test_every_block_gives_equal_bytes_and_so_does_the_replay(opened: Opened, tmp_path: Path) -> None:
    live = play(opened, tmp_path / "one", SCRIPT, 128)
    assert [message.text for message in live.messages if message.severity != "note"] == []
    main = heard(tmp_path / "one")
    for block in (1, 127, 1024):
        play(opened, tmp_path / str(block), SCRIPT, block)
        assert (tmp_path / str(block) / "main.wav").read_bytes() == (tmp_path / "one/main.wav").read_bytes()
    again: list[np.ndarray] = []
    replay(tmp_path / "one", lambda desk, sound: again.append(sound))
    assert np.array_equal(np.concatenate(again)[:, :2], main) and np.abs(main).max() > 0.01


def test_recorded_buses_add_up_to_their_sum(opened: Opened, tmp_path: Path) -> None:
    play(opened, tmp_path / "set", SCRIPT)
    buses = {
        path.stem: soundfile.read(path, dtype="float64")[0] for path in (tmp_path / "set/buses/1").iterdir()
    }
    assert set(buses) == {*COLUMNS, "click", "sum", "main"}
    assert len({len(sound) for sound in buses.values()}) == 1 and len(buses["sum"]) > BAR
    total = sum(sound for name, sound in buses.items() if name not in ("sum", "main"))
    assert np.abs(total - buses["sum"]).max() < 1e-6


def test_stems_enter_at_their_sample(opened: Opened, tmp_path: Path) -> None:
    text = "1 transport.play\n1.3 slot.launch bass 1\n2 end\n"
    live = play(opened, tmp_path / "set", text, companion=False)
    sound, frames = opened.sound("bass", 1, RATE, lambda line: None)
    assert frames == 2 * BAR
    main, latency = heard(tmp_path / "set"), live.desk.graph.latency
    assert not main[: BAR - 240].any()
    first = int(np.flatnonzero(np.abs(sound).max(axis=1))[0])
    start = BAR + latency + first
    count = len(main) - start
    assert count <= 0 or np.abs(main[start:] - sound[first : first + count]).max() < 1e-6


def test_a_stem_is_made_and_enters_when_it_is_ready(opened: Opened, tmp_path: Path) -> None:
    text = """
    1     transport.play
    1     slot.launch bass 0
    1.2   slot.make bass 1 "varied bass" 7
    1.3   slot.make bass 1 again
    2.2   wait
    2.2   slot.launch bass 1
    4     end
    """
    live = play(opened, tmp_path / "set", text, companion=False, works=True)
    said = [message.text for message in live.messages]
    assert any(line.startswith("bass 2 is ready: varied bass 7") for line in said)
    assert any("is being made already" in line for line in said)
    names = [column.heard(live.now) for column in live.launcher.columns]
    assert names[1] is not None and names[1].row == 1
    again: list[np.ndarray] = []
    replay(tmp_path / "set", lambda desk, sound: again.append(sound))
    assert np.array_equal(np.concatenate(again)[:, :2], heard(tmp_path / "set"))


def test_what_cannot_be_done_is_said_and_the_music_goes_on(opened: Opened, tmp_path: Path) -> None:
    text = """
    1     transport.play
    1     scene.launch 0
    1     scene.launch 40
    1     slot.launch 9 0
    1     column.level 30 0
    1     player.mute 3
    1     slot.make bass 0 jazzy
    1     timbre.blend 0.5
    1     transport.clock beats
    1     vibe.say "xyzzy"
    1     cv.voltage 0 3
    2     end
    """
    live = play(opened, tmp_path / "set", text, companion=False)
    said = [message.text for message in live.messages]
    for line in (
        "scene.launch: row 41: is none; there are 4",
        "slot.launch: column 10: is none; there are 4",
        "column.level: column 31: is none; there are 4",
        "player.mute: player 4: is none; there are 0",
        "slot.make: nobody makes stems in this set",
        "timbre.blend: no input goes through a timbre; begin the set with one",
        NOBODY,
        "cv.voltage: output 1: is none; there are 0 for voltages",
    ):
        assert line in said, said
    assert any("not understood: xyzzy" in line for line in said)
    assert np.abs(heard(tmp_path / "set")).max() > 0.01


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1", "line 1: '1' needs a time and an action"),
        ("0 transport.play", "line 1: '0' is no time"),
        ("-1s transport.play", "line 1: '-1s' is no time"),
        ("1/0s transport.play", "line 1: '1/0s' is no time"),
        ("1.0 transport.play", "line 1: '1.0' is no time"),
        ("1 transport.fly", "line 1: action: 'transport.fly' is none"),
        ("1 slot.launch", "line 1: slot.launch: column: is missing"),
        ("1 midi 0 9", "line 1: midi: write a port and bytes"),
        ("1 midi 64 90", "line 1: midi: ports are 0 to 63"),
        ("1 end now", "line 1: end: takes nothing more"),
        ("1 transport.play", "has no end"),
    ],
)
def test_scripts_that_are_none_are_told_by_line(line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_script(line, "set.txt", COLUMNS)
    assert str(caught.value).startswith("set.txt: ")


def test_columns_go_by_their_names() -> None:
    found = read_script("1 column.level bass -6\n2.3 slot.launch lead 1\n9s end", "set.txt", COLUMNS)
    assert [
        due.what.arguments
        for due in found[:2]
        if isinstance(due, Due) and not isinstance(due.what, str | tuple)
    ] == [
        {"column": 1, "value": -6.0},
        {"column": 3, "row": 1, "velocity": 127},
    ]
    assert found[1].bar == (1, 2) and found[2].seconds == 9


def test_a_stream_is_the_same_however_fast_the_worker_is(opened: Opened, tmp_path: Path) -> None:
    text = """
    1     transport.play
    1     stream.weight varied 1
    1     stream.column lead off
    1     stream.play on
    2.3   column.level bass -9
    4     stream.density 0.5
    6     stream.play off
    8     end
    """
    other = replace(opened, place=tmp_path / "other")
    shutil.copytree(opened.place, other.place)
    live = play(opened, tmp_path / "one", text, companion=False, works=True)
    assert remarks(live) == [] and np.abs(heard(tmp_path / "one")).max() > 0.01
    bars = [line["bar"] for line in read_lines(tmp_path / "one") if "bar" in line]
    rows = [[None if each is None else each[0] for each in bar["heard"]] for bar in bars]
    assert rows[0][:4] == [2, 2, 2, None] == rows[1]
    assert rows[2][:4] == [3, 3, 3, None] and [bar["heard"][0][1] for bar in bars[:4]] == [0, 1, 2, 3]
    assert rows[4].count(2) == 2 and rows[5] == [None] * 4
    again: list[np.ndarray] = []
    replay(tmp_path / "one", lambda desk, sound: again.append(sound))
    assert np.array_equal(np.concatenate(again)[:, :2], heard(tmp_path / "one"))
    slow = play(other, tmp_path / "two", text, 64, companion=False, works=True, late=0.5)
    assert remarks(slow) == []
    assert (tmp_path / "one/main.wav").read_bytes() == (tmp_path / "two/main.wav").read_bytes()


def test_a_companion_takes_its_setups_and_forgets(opened: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    setup = Setup(RATE, opened.columns, 1)
    live = LiveSet(opened, folder, setup, Parts(load("answers"), is_offline=True))
    live.start()
    act(live, make("player.setup", [0, 1]))
    assert live.ensemble is not None and live.ensemble.value("horn/answer/density") == 0.8
    act(live, make("player.setup", [0, 7]))
    act(live, make("player.reset", [0]))
    live.end()
    said = [each.text for each in live.messages if each.severity == "warning"]
    assert said == ["player.setup: horn: setup 7 is none; there are 2, from 0"]
