"""MIDI that comes in: mapped, learnt and kept for the next set, else for the companions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stemwright.live.companion.presets import load
from stemwright.live.control.actions import Action
from stemwright.live.desk.setup import Setup
from stemwright.live.midi.messages import control, note_off, note_on
from stemwright.live.session.acting import act
from stemwright.live.session.inputs import MidiInputs, presets
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.opening import Opened
from stemwright.native.live_commands import Op


@pytest.fixture
def live(opened: Opened, tmp_path: Path) -> Iterator[LiveSet]:
    folder = tmp_path / "set"
    folder.mkdir()
    made = LiveSet(opened, folder, Setup(48_000, opened.columns, 1), Parts(load("harmony"), is_offline=True))
    made.start()
    yield made
    made.end()


def inputs(live: LiveSet, folder: Path) -> tuple[MidiInputs, list[Action]]:
    done: list[Action] = []

    def do(action: Action) -> None:
        done.append(action)
        act(live, action)

    made = MidiInputs(live, do, presets(folder), folder)
    made.add(0, "Keys 61")
    return made, done


def notes(live: LiveSet) -> list[tuple[int, int]]:
    """Pitch and velocity of what went to the companion's port so far."""
    lines = (live.folder / "session.jsonl").read_text().splitlines()
    import json

    rows = [row for line in lines for row in json.loads(line).get("post", ())]
    return [(row[4] & 127, row[4] >> 8 & 127) for row in rows if row[1] == Op.NOTE]


def test_a_knob_is_learnt_and_still_known_in_the_next_set(live: LiveSet, tmp_path: Path) -> None:
    folder = tmp_path / "controllers"
    first, done = inputs(live, folder)
    first.learn("column.level 1")
    for value in range(40, 90, 2):
        first.feed(0, 100 + value, control(0, 21, value).encoded())
    live.now = 200_000
    first.turn()
    assert [path.name for path in folder.iterdir()] == ["keys-61.toml"]
    second, done = inputs(live, folder)
    for value in (0, 60, 110, 127):
        second.feed(0, 300_000, control(0, 21, value).encoded())
    assert {action.name for action in done} == {"column.level"}
    assert live.faders.faders[1].level == 6.0
    assert notes(live) == []


def test_a_key_that_is_mapped_is_not_heard_by_companions_and_others_are(
    live: LiveSet, tmp_path: Path
) -> None:
    made, done = inputs(live, tmp_path / "controllers")
    made.learn("launch.stop_all")
    made.feed(0, 100, note_on(0, 36, 100).encoded())
    made.feed(0, 200, note_off(0, 36).encoded())
    done.clear()
    made.feed(0, 300, note_on(0, 36, 100).encoded() + note_on(0, 60, 100).encoded())
    assert [action.name for action in done] == ["launch.stop_all"]
    live.tick(400)
    assert len([each for each in notes(live) if each[1]]) == 1
    made.lost(0)
    live.tick(500)
    assert notes(live)[-1][1] == 0


def test_what_cannot_be_learnt_is_said(live: LiveSet, tmp_path: Path) -> None:
    made, done = inputs(live, tmp_path / "controllers")
    made.learn("column.level 1")
    made.feed(0, 100, note_on(0, 36, 100).encoded())
    assert any("learnt nothing" in message.text for message in live.messages) and not done
    assert not (tmp_path / "controllers").exists()
