"""A controller from its bytes to actions, learning, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stemwright.live.control.actions import make
from stemwright.live.control.controller import Controller, Controls
from stemwright.live.control.mapping import Mapped
from stemwright.live.control.presets import read_preset, write_preset
from stemwright.live.control.sources import Source
from stemwright.live.midi.messages import control, note_off, note_on
from stemwright.live.midi.port import PortLost

RATE = 48000
SLOT = {"column": 0, "row": 1}
PAD = Mapped(Source("note", 9, 36), "slot.launch", arguments=SLOT)


@dataclass
class Cable:
    name: str = "nanoPAD2 PAD"
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    is_cut: bool = False
    closed: int = 0

    def send(self, data: bytes) -> None:
        raise PortLost(self.name)

    def poll(self) -> Sequence[tuple[int, bytes]]:
        if self.is_cut:
            raise PortLost(self.name)
        out, self.waiting = self.waiting, []
        return out

    def close(self) -> None:
        self.closed += 1
        raise PortLost(self.name)


def plugged(*mapped: Mapped) -> tuple[Controller, Cable]:
    cable = Cable()
    return Controller(cable, mapped, lambda name, arguments: None, RATE), cable


def test_mapped_controls_act_and_the_rest_is_played() -> None:
    controller, cable = plugged(PAD)
    cable.waiting = [(5, b"\x99\x24\x40\x26\x41"), (9, b"\x89\x24\x00\x26\x00\xf8")]
    polled = controller.poll(100)
    assert polled.actions == [make("slot.launch", [0, 1, 64], 5), make("slot.release", [0, 1], 9)]
    assert [m.kind for m in polled.unused] == ["note_on", "note_off", "clock"]


def test_a_control_is_learnt_does_nothing_meanwhile_and_is_kept_in_a_preset(tmp_path: Path) -> None:
    controller, cable = plugged(PAD)
    cable.waiting = [(0, note_on(9, 36, 3).encoded())]
    assert len(controller.poll(0).actions) == 1
    controller.learn("main.level")
    cable.waiting = [(i, control(0, 7, 90 + i).encoded()) for i in range(5)]
    cable.waiting.append((5, note_off(9, 36).encoded()))
    assert controller.poll(5).actions == [make("slot.release", [0, 1], 5)]
    assert controller.poll(2 * RATE).remarks == [
        "nanoPAD2 PAD: control 7 on channel 1 is main.level now (absolute)"
    ]
    cable.waiting = [(9, control(0, 7, 127).encoded())]
    assert controller.poll(3 * RATE).actions == [make("main.level", [6.0], 9)]
    write_preset(controller.preset("mine"), tmp_path / "mine.toml")
    preset = read_preset(tmp_path / "mine.toml")
    assert preset.fits(cable.name)
    assert preset.mapped == (PAD, Mapped(Source("control", 0, 7), "main.level", "absolute"))


def test_what_cannot_be_learnt_is_said() -> None:
    controller, cable = plugged()
    controller.learn("main.level")
    cable.waiting = [(0, note_on(0, 60, 3).encoded())]
    remarks = controller.poll(0).remarks
    assert len(remarks) == 1 and "learnt nothing: main.level: value: is missing" in remarks[0]
    controller.learn("panic")
    controller.cancel_learning()
    cable.waiting = [(0, note_on(0, 60, 3).encoded())]
    assert len(controller.poll(0).unused) == 1


def test_a_cable_that_is_pulled_lets_go_of_what_was_held() -> None:
    controller, cable = plugged(PAD)
    cable.waiting = [(5, b"\x99\x24\x40"), (6, b"\xf0\x7e\x00")]
    controller.poll(10)
    cable.is_cut = True
    polled = controller.poll(77)
    assert polled.actions == [make("slot.release", [0, 1], 77)]
    assert polled.remarks == ["nanoPAD2 PAD: is gone; until then messages cut off: 1"]
    assert controller.is_lost and cable.closed == 1
    assert controller.poll(80).remarks == []


def test_a_burst_of_two_thousand_events() -> None:
    controller, cable = plugged(PAD)
    cable.waiting = [
        (i, (note_on if i % 2 == 0 else note_off)(9, 36, 1 + i % 99).encoded()) for i in range(2000)
    ]
    assert len(controller.poll(0).actions) == 2000


def test_the_free_keys_of_a_launchpad_are_learnt_as_well() -> None:
    keys = Controls("LPProMK3 MIDI", (), lambda name, arguments: None, RATE)
    keys.learn("session.keep")
    assert keys.take([control(0, 50, 127), control(0, 50, 0)], 0).actions == []
    assert keys.take([], 2 * RATE).remarks == [
        "LPProMK3 MIDI: control 50 on channel 1 is session.keep now (button)"
    ]
    assert keys.take([control(0, 50, 127, 9)], 9).actions == [make("session.keep", [], 9)]


def test_a_key_that_is_learnt_anew_while_it_is_down_is_let_go() -> None:
    controller, cable = plugged(PAD)
    cable.waiting = [(0, note_on(9, 36, 3).encoded())]
    controller.poll(0)
    controller.learn("panic")
    cable.waiting = [(1, note_on(9, 36, 3).encoded())]
    assert controller.poll(2).actions == [make("slot.release", [0, 1], 2)]
