"""Gates and triggers at their samples, in and out; pitches read and given; direct current told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.live.commands import Command, Op, Tickets, packed
from stemwright.live.cv.calibration import Calibration
from stemwright.live.cv.dc import DcWatch
from stemwright.live.cv.gates import GateIn
from stemwright.live.cv.notes_in import CvNotes
from stemwright.live.cv.notes_out import CvOut, CvVoice

RATE = 48_000


def test_a_gate_goes_up_at_two_volts_and_down_at_a_tenth() -> None:
    volts = np.array([0, 1.9, 2.0, 5, 1, 0.11, 0.1, 0.1, 1.9, 3, 0])
    assert GateIn().read(volts / 10, 100) == [(102, True), (106, False), (109, True), (110, False)]


@settings(max_examples=50)
@given(st.lists(st.floats(-10, 10) | st.just(float("nan")), min_size=1, max_size=200), st.integers(1, 50))
def test_where_blocks_begin_makes_no_difference(volts: list[float], block: int) -> None:
    levels = np.array(volts) / 10
    whole, parts = GateIn(), GateIn()
    found: list[tuple[int, bool]] = []
    for start in range(0, len(levels), block):
        found += parts.read(levels[start : start + block], start)
    assert found == whole.read(levels, 0)
    assert [on for _, on in found] == [n % 2 == 0 for n in range(len(found))]


@pytest.mark.parametrize("block", [1, 64, 127, 1024])
def test_a_modular_plays_notes(block: int) -> None:
    line, frames = Calibration(1.01, 0.025), 9600
    pitch, gate = np.zeros(frames), np.zeros(frames)
    pitch[:4000], pitch[4000:] = 7 / 12, -1 + 0.002
    gate[1000:3000] = gate[4000:6000] = gate[7000:7050] = gate[9000:] = 5
    levels = (line.gain * pitch + line.offset) / 10
    notes = CvNotes(3, RATE, pitch=line)
    found = []
    for start in range(0, frames, block):
        found += notes.read(levels[start : start + block], gate[start : start + block] / 10, start)
    assert found == [
        (1096, 3, b"\x90\x43\x64"),
        (3000, 3, b"\x80\x43\x00"),
        (4096, 3, b"\x90\x30\x64"),
        (6000, 3, b"\x80\x30\x00"),
        (9096, 3, b"\x90\x30\x64"),
    ]


class Node:
    """A `cv` node: its level from sample to sample."""

    def __init__(self) -> None:
        self.waiting: list[Command] = []

    def post(self, commands: list[Command]) -> None:
        for command in commands:
            if command.op is Op.CANCEL:
                self.waiting = [each for each in self.waiting if each.ticket != command.index]
            else:
                self.waiting.append(command)

    def levels(self, node: int, frames: int) -> np.ndarray:
        out = np.zeros(frames)
        for command in sorted(self.waiting, key=lambda each: each.at):
            if command.node == node:
                out[max(0, command.at) :] = command.value
        return out


def note(at: int, pitch: int, length: int, ticket: int, velocity: int = 127) -> Command:
    return Command(at, Op.NOTE, 9, packed(pitch, velocity, 0), float(length), ticket=ticket)


def end(at: int, pitch: int, ticket: int = 0) -> Command:
    return Command(at, Op.NOTE, 9, packed(pitch, 0, 0), ticket=ticket)


def voice() -> CvVoice:
    tickets = Tickets()
    for _ in range(100):
        tickets.next()
    line = Calibration(1.01, 0.025)
    return CvVoice(CvOut(1, line), CvOut(2), RATE, tickets, CvOut(3), CvOut(4))


def test_notes_are_gates_at_their_samples() -> None:
    node, out = Node(), voice()
    node.post(out.translate([note(1000, 72, 500_000, 1)]))
    node.post(out.translate([end(3000, 72, 2)]))
    node.post(out.translate([note(5000, 60, 2000, 3, 64)]))
    gate = GateIn().read(node.levels(2, 10_000), 0)
    assert gate == [(1000, True), (3000, False), (5000, True), (7000, False)]
    assert GateIn().read(node.levels(3, 10_000), 0) == [
        (1000, True), (1048, False), (5000, True), (5048, False)
    ]  # fmt: skip
    pitch = node.levels(1, 10_000) * 10 * 1.01 + 0.025
    assert pitch[4000] == pytest.approx(1.0) and pitch[6000] == pytest.approx(0.0, abs=1e-9)
    assert node.levels(4, 10_000)[6000] == pytest.approx(64 / 127)


def test_a_note_over_another_begins_its_envelope_anew() -> None:
    node, out = Node(), voice()
    node.post(out.translate([note(1000, 72, 500_000, 1), end(4000, 72, 2), note(4000, 60, 9000, 3)]))
    node.post(out.translate([end(5000, 72), end(8000, 60, 4)]))
    gate = GateIn().read(node.levels(2, 600_000), 0)
    assert gate == [(1000, True), (3952, False), (4000, True), (8000, False)]


def test_a_withdrawn_note_is_no_voltage() -> None:
    node, out = Node(), voice()
    node.post(out.translate([note(1000, 72, 4000, 1)]))
    node.post(out.translate([Command(0, Op.CANCEL, 9, 1), end(500, 72)]))
    assert not node.levels(1, 9000).any() and GateIn().read(node.levels(2, 9000), 0) == []


def test_direct_current_is_told_once() -> None:
    watch = DcWatch("input 3", RATE)
    hum = 0.3 * np.sin(np.arange(RATE) / 50)
    assert watch.read(hum) is None
    said = watch.read(hum + 0.1)
    assert said is not None and said.startswith("input 3: has direct current, 10% of full level")
    assert watch.read(hum + 0.1) is None
    assert watch.read(hum) is None and watch.read(np.full(RATE, np.nan)) is None
    assert watch.read(hum - 0.1) is not None
