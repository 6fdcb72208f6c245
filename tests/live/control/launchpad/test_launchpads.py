"""Launchpads plugged in, played, painted, pulled out, and put back as they were."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.live.control.actions import Action, make
from stemwright.live.control.launchpad.hotplug import Launchpads, Turn
from stemwright.live.control.launchpad.layout import Window, pressed
from stemwright.live.control.launchpad.models import MODELS, PRO, Model, X
from stemwright.live.control.launchpad.paint import HUES, lights
from stemwright.live.launch.slots import SlotState
from stemwright.live.midi.messages import control
from stemwright.live.shown_state import ShownColumn, ShownSlot, ShownState
from support.launchpads import EmulatedLaunchpad, EmulatedPorts

NAME = "LPProMK3 MIDI"


def state(*columns: str, **changes: object) -> ShownState:
    """Slots by letters: . empty, m making, r ready, q queued, p playing, s stopping, e error."""
    letters = {name[0]: name for name in SlotState} | {".": SlotState.EMPTY, "e": SlotState.ERROR}
    shown = tuple(
        ShownColumn(f"layer {i}", tuple(ShownSlot(letters[c]) for c in column))
        for i, column in enumerate(columns)
    )
    return dataclasses.replace(ShownState(columns=shown), **changes)  # type: ignore[arg-type]


class Stage:
    """A machine with Launchpads, and time that goes on."""

    def __init__(self, *devices: EmulatedLaunchpad, names: tuple[str, ...] = (NAME, "LPX MIDI In")) -> None:
        self.devices = devices
        self.ports = EmulatedPorts(dict(zip(names, devices, strict=False)))
        self.pads = Launchpads(self.ports)
        self.now = 0.0

    def run(self, seconds: float, shown: ShownState) -> Turn:
        whole = Turn()
        for _ in range(round(seconds / 0.05)):
            turn = self.pads.tick(self.now, shown)
            whole.actions += turn.actions
            whole.unused += turn.unused
            whole.remarks += turn.remarks
            self.now += 0.05
        return whole


def stage(shown: ShownState, number: int = 0x0E) -> tuple[Stage, EmulatedLaunchpad]:
    device = EmulatedLaunchpad(number)
    made = Stage(device, names=("LPProMK3 MIDI" if number == 0x0E else "LPX MIDI In",))
    made.run(0.2, shown)
    assert device.mode == 1
    return made, device


SLOTS = state("mrqp", "se..")


def test_a_launchpad_is_taken_over_and_shows_the_slots() -> None:
    made = Stage(EmulatedLaunchpad(leds={11: (0, b"\x05")}, mode=1))
    turn = made.run(0.2, SLOTS)
    assert turn.remarks == ["Launchpad Pro MK3: ready (LPProMK3 MIDI)"]
    assert made.pads.names == (NAME,)
    red, green, blue = HUES[0]
    dim = bytes([red // 5, green // 5, blue // 5])
    assert made.devices[0].pads() == {
        81: (2, b"\x35"),
        71: (3, dim),
        61: (3, bytes([0, 127, 0])),  # queued, in the bright half of the beat
        51: (3, bytes([0, 127, 0])),
        82: (3, bytes(HUES[1])),
        72: (3, bytes([127, 0, 0])),
    }


def test_only_what_changed_is_sent() -> None:
    made, device = stage(SLOTS)
    device.specs = device.messages = 0
    made.run(1, SLOTS)
    assert device.messages == 0
    made.run(0.1, state("mrqr", "se.."))
    assert (device.specs, device.messages) == (3, 1)  # the pad, its row, its column's stop


@pytest.mark.parametrize("bpm", [40, 97, 240])
@pytest.mark.parametrize("is_playing", [True, False])
def test_what_is_queued_blinks_in_tempo(bpm: int, is_playing: bool) -> None:
    made, device = stage(SLOTS)
    seen = []
    for step in range(400):  # 10 ms each
        quarters = Fraction(step * bpm, 6000)
        shown = state("q", bpm=Fraction(bpm), is_playing=is_playing, quarters=quarters, sample=480 * step)
        made.pads.tick(100 + step / 20, shown)
        seen.append(device.leds[81] == (3, bytes([0, 127, 0])))
    assert seen == [step * bpm / 6000 % 1 < 0.5 for step in range(400)]


def test_pads_launch_and_let_go_at_their_sample() -> None:
    made, device = stage(SLOTS)
    device.press(72, 90, at=1000)
    device.release(72, at=2000)
    assert made.run(0.05, SLOTS).actions == [
        make("slot.launch", [1, 1, 90], 1000),
        make("slot.release", [1, 1], 2000),
    ]


@pytest.mark.parametrize(
    ("number", "key", "expected"),
    [
        (0x0E, 79, make("scene.launch", [1])),
        (0x0C, 79, make("scene.launch", [1])),
        (0x0E, 20, make("transport.play")),
        (0x0C, 95, make("transport.play")),
        (0x0E, 10, make("record.run", ["on"])),
        (0x0E, 94, make("transport.tap")),
        (0x0C, 96, make("transport.tap")),
        (0x0E, 93, make("transport.one")),
        (0x0C, 97, make("transport.one")),
        (0x0E, 102, make("column.stop", [1])),
        (0x0E, 2, make("column.mute", [1])),
        (0x0E, 60, make("launch.stop_all")),
        (0x0E, 40, make("launch.quantise", ["2 bars"])),
    ],
)
def test_keys_beside_the_pads(number: int, key: int, expected: Action) -> None:
    made, device = stage(SLOTS, number)
    device.press(key, 127)
    device.release(key)
    assert made.run(0.05, SLOTS).actions == [expected]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (95, make("record.run", ["on"])),
        (97, make("launch.stop_all")),
        (12, make("column.stop", [1])),
        (22, make("column.mute", [1])),
        (19, make("panic")),
    ],
)
def test_keys_of_the_small_ones_with_shift(key: int, expected: Action) -> None:
    made, device = stage(SLOTS, 0x0C)
    device.press(98, 127)
    device.press(key, 127)
    device.release(key)
    device.release(98)
    device.press(82, 127)
    assert made.run(0.05, SLOTS).actions == [expected, make("slot.launch", [1, 0, 127])]


def test_arrows_move_the_window_as_far_as_there_is_something() -> None:
    shown = state(*["r" * 10] * 9)
    made, device = stage(shown)
    assert device.leds.keys() & {91, 92, 80, 70} == {92, 70}
    for key in (92, 92, 70, 70, 70):
        device.press(key, 127)
        device.release(key)
    device.press(81)
    assert made.run(0.1, shown).actions == [make("slot.launch", [1, 2, 100])]
    assert device.leds.keys() & {91, 92, 80, 70} == {91, 80}
    made.run(0.1, state("r"))  # the song has become smaller: nothing there
    device.press(81)
    assert made.run(0.1, state("r")).actions == []


def test_pads_of_nothing_do_nothing_and_free_keys_are_for_mappings() -> None:
    made, device = stage(SLOTS)
    for key in (88, 38, 108, 8, 50, 97):
        device.press(key, 127, at=3)
    turn = made.run(0.05, SLOTS)
    assert turn.actions == []
    assert turn.unused == [(NAME, control(0, 50, 127, 3)), (NAME, control(0, 97, 127, 3))]


@given(st.sampled_from(MODELS), st.integers(0, 127), st.booleans(), st.integers(0, 12), st.integers(0, 12))
def test_no_key_raises_and_no_light_is_missing(
    model: Model, number: int, shift: bool, columns: int, rows: int
) -> None:
    shown = state(*["r" * rows] * columns)
    pressed(model, number, 1, Window(0, 0), shift, shown, 0)
    assert set(lights(model, Window(columns, rows), shift, shown)) == set(model.lights)


@pytest.mark.parametrize("number", [0x0E, 0x0C])
def test_every_way_out_leaves_live_mode_and_no_light(number: int) -> None:
    made, device = stage(SLOTS, number)
    with pytest.raises(KeyboardInterrupt), made.pads:
        raise KeyboardInterrupt
    assert (device.mode, device.leds) == (0, {})
    assert set(made.ports.is_open.values()) == {0}
    made.pads.close()


def test_a_launchpad_that_fails_on_the_way_out_does_not_keep_the_others() -> None:
    made = Stage(EmulatedLaunchpad(), EmulatedLaunchpad(0x0C))
    made.run(0.2, SLOTS)
    made.devices[0].is_plugged = False
    made.pads.close()
    assert made.devices[1].mode == 0
    assert set(made.ports.is_open.values()) == {0}


def test_pulled_out_and_plugged_in_again() -> None:
    made, device = stage(SLOTS)
    lit = device.pads()
    device.press(81, at=5)
    made.run(0.05, SLOTS)
    device.say(b"\xf0\x7e\x00\x06")  # it vanishes in the midst of an answer
    made.run(0.05, SLOTS)
    device.is_plugged = False
    turn = made.run(5, dataclasses.replace(SLOTS, sample=777))
    assert turn.remarks == ["Launchpad Pro MK3: is gone; it is used again when it is back"]
    assert turn.actions == [make("slot.release", [0, 0], 777)]
    device.replug()
    turn = made.run(2.5, SLOTS)
    assert turn.remarks == ["Launchpad Pro MK3: ready (LPProMK3 MIDI)"]
    assert (device.mode, device.pads()) == (1, lit)


def test_one_that_is_silent_is_given_up_after_three_inquiries_and_comes_back() -> None:
    made, device = stage(SLOTS)
    device.answers = False
    assert made.run(5.9, SLOTS).remarks == []
    turn = made.run(2.5, SLOTS)
    assert turn.remarks == ["Launchpad Pro MK3: does not answer; it is asked again"]
    assert made.pads.names == ()
    made.run(30, SLOTS)
    device.answers = True
    assert made.run(9, SLOTS).remarks == ["Launchpad Pro MK3: ready (LPProMK3 MIDI)"]
    assert device.mode == 1


def test_plugged_out_and_in_between_two_looks() -> None:
    """The port's name never went, but the connection is another's."""
    made, device = stage(SLOTS)
    lit = device.pads()
    device.replug()
    made.ports.devices[NAME] = EmulatedLaunchpad()
    device.answers = False  # the old connection is deaf
    device.mode = 1
    made.run(12, SLOTS)
    assert made.ports.devices[NAME].mode == 1
    assert made.ports.devices[NAME].pads() == lit


def test_two_launchpads_show_layers_side_by_side() -> None:
    shown = state(*["r"] * 12)
    made = Stage(EmulatedLaunchpad(), EmulatedLaunchpad(0x0C))
    made.run(2.5, shown)
    first, second = made.devices
    assert (len(first.pads()), len(second.pads())) == (8, 4)
    second.press(81)
    assert made.run(0.05, shown).actions == [make("slot.launch", [8, 0, 100])]
    assert len(made.pads.names) == 2


def test_the_daw_port_alone_is_told_once() -> None:
    made = Stage()
    made.ports.others = ["LPX DAW Out"]
    remarks = made.run(10, SLOTS).remarks
    assert len(remarks) == 1 and "LPX DAW Out is not its MIDI port" in remarks[0]


def test_a_port_that_another_program_holds_is_told_once_and_tried_again() -> None:
    made = Stage(EmulatedLaunchpad())
    made.ports.refused = {NAME}
    assert len(made.run(10, SLOTS).remarks) == 1
    made.ports.refused = set()
    assert made.run(2.5, SLOTS).remarks == ["Launchpad Pro MK3: ready (LPProMK3 MIDI)"]


@pytest.mark.parametrize("family", [0x03, 0x13, 0x23])  # the manuals say 13 of all of them, devices differ
def test_every_family_is_taken(family: int) -> None:
    made = Stage(EmulatedLaunchpad(family=bytes([family, 0x01, 0, 0])))
    assert len(made.run(0.2, SLOTS).remarks) == 1 and made.devices[0].mode == 1


def test_a_bootloader_and_a_stranger_are_left_alone() -> None:
    boot = EmulatedLaunchpad(family=bytes([0x13, 0x11, 0, 0]))
    made = Stage(boot)
    assert made.run(10, SLOTS).remarks == ["Launchpad Pro MK3: is in its bootloader; plug it in again"]
    assert boot.entered == 0


def test_noise_and_foreign_messages_do_no_harm() -> None:
    made, device = stage(SLOTS)
    device.say(b"\xf0\x00\x01\x02\xf7\xf7\x05\xf4\x90\x51")
    device.say(b"\x64\xf8\xa0\x51\x10\xd0\x05\x9f\x51\x40")
    for i in range(2000):
        device.press(81 + i % 8, 1 + i % 127, at=i)
    turn = made.run(0.05, SLOTS)
    assert len(turn.actions) == 1 + 2000 * 2 // 8
    assert device.mode == 1


def test_names_of_models() -> None:
    assert (PRO.number, X.number) == (0x0E, 0x0C)
