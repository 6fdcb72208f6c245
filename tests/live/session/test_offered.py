"""Stems that are passed over are skipped, and suggestions come of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stemwright.live.desk.setup import Setup
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offered import Offered
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import read_script
from stemwright.live.worker.jobs import Order
from stemwright.live.worker.worker import Made, Read, Worker
from support.stage import Stage

RATE = 48_000


class Set:
    """Row 0 plays; row 2 is where stems are made, asked for at the sample that they are known by."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.skipped: list[tuple[tuple[int, int], float]] = []
        self.offered = Offered(
            self.stage.launcher,
            lambda now: {"density": float(now)},
            lambda place, values: self.skipped.append((place, values["density"])),
        )
        for row in range(3):
            self.stage.fill(row)
        self.stage.transport.play(0)
        self.stage.tap(0)
        self.beats(4)

    def make(self) -> float:
        asked = self.stage.now
        self.offered.ask((0, 2), asked)
        self.beats(1)
        self.offered.ready((0, 2), self.stage.now)
        self.stage.fill(2)
        return float(asked)

    def beats(self, count: int) -> None:
        for _ in range(count * 100):
            self.stage.run(self.stage.now + 240)
            self.offered.turn(self.stage.now)


def test_a_stem_that_is_launched_is_not_skipped() -> None:
    found = Set()
    found.make()
    found.stage.tap(2)
    found.beats(8)
    found.stage.tap(1)
    found.beats(8)
    found.make()
    found.stage.launcher.stop(0, found.stage.now)
    found.beats(8)
    assert found.skipped == []


def one_is_launched(found: Set) -> None:
    found.stage.tap(1)


def one_is_made(found: Set) -> None:
    found.make()


@pytest.mark.parametrize("then", [one_is_launched, one_is_made])
def test_a_stem_that_is_passed_over_is_skipped_once(then: Callable[[Set], None]) -> None:
    found = Set()
    asked = found.make()
    then(found)
    found.beats(8)
    found.stage.tap(0)
    found.beats(4)
    assert found.skipped == [((0, 2), asked)]


def test_what_was_launched_before_it_was_ready_passes_nothing_over() -> None:
    found = Set()
    found.offered.ask((0, 2), found.stage.now)
    found.stage.tap(1)
    found.offered.ready((0, 2), found.stage.now)
    found.beats(8)
    assert found.skipped == []
    found.offered.ask((0, 2), found.stage.now)
    found.offered.failed((0, 2))
    found.stage.tap(0)
    found.beats(8)
    assert len(found.skipped) == 1  # the one that was there before


class Quick(Worker):
    """Makes the song's own stems again."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened.place)
        self._opened = opened

    def _make(self, job: Order, read: Read) -> Made:
        return Made(job, {layer: read(layer, self._opened.stems[layer]) for layer in job.layers})


def test_suggestions_come_of_what_was_kept_and_skipped(opened: Opened, tmp_path: Path) -> None:
    made = "\n".join(f"{2 + n} slot.make bass 1 varied {n + 1}\n{2 + n} wait" for n in range(3))
    text = f"""
    1 transport.play
    1 slot.launch bass 0
    1 vibe.turn density 0.9
    1.2 session.keep
    1.3 session.keep
    1.4 vibe.turn density 0.2
    {made}
    5 end
    """
    folder = tmp_path / "set"
    folder.mkdir()
    live = LiveSet(opened, folder, Setup(RATE, opened.columns), Parts(worker=Quick(opened), is_offline=True))
    lines = "\n".join(line.strip() for line in text.splitlines())
    render(live, read_script(lines, "set", opened.columns), folder / "main.wav", 480, lambda done, of: None)
    live.end()
    log = [json.loads(line) for line in (folder / "session.jsonl").read_text().splitlines()]
    assert [line["skipped"] for line in log if "skipped" in line] == [[1, 1], [1, 1]]
    said = [message.text for message in live.messages if message.text.startswith("try: ")]
    assert said == ["try: busier? kept takes have density 0.9, skipped ones 0.2"]
