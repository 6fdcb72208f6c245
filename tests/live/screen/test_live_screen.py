"""What the terminal shows, and what its keys do."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pty
import re
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from stemwright.live.control.actions import Action, make
from stemwright.live.launch.slots import SlotState
from stemwright.live.screen.keys import Keyboard, pressed, read_keys
from stemwright.live.screen.page import page
from stemwright.live.screen.picker import Cursor
from stemwright.live.screen.screen import Screen
from stemwright.live.screen.texts import meter_text, slot_text
from stemwright.live.shown_state import (
    ShownColumn,
    ShownMessage,
    ShownSlot,
    ShownState,
    as_json,
)

FIRST = Cursor()
BASS = ShownColumn(
    "bass", (ShownSlot(SlotState.PLAYING, "walk", 0.25), ShownSlot(SlotState.QUEUED, "pedal")), -6, -8.5, -20
)
DRUMS = ShownColumn(
    "drums",
    (ShownSlot(SlotState.MAKING, "swing", 0.6), ShownSlot(SlotState.ERROR, "", 0, "no room")),
    is_muted=True,
)
STATE = ShownState(
    sample=480000,
    is_playing=True,
    quarters=Fraction(21, 2),
    bar=2,
    beat=2,
    until_boundary=Fraction(3, 2),
    bpm=Fraction(90),
    columns=(BASS, DRUMS),
    scenes=("verse", "chorus"),
    main_peak=(-3.0, float("-inf")),
    messages=(ShownMessage("drums is late; it enters at the next boundary", "warning", 240000),),
)


def drawn(
    state: ShownState, cursor: Cursor = FIRST, entry: str = "", width: int = 110, height: int = 30
) -> str:
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(page(state, cursor, entry, width, height))
    return captured.get()


def test_the_page_shows_time_boundary_slots_levels_and_messages() -> None:
    text = drawn(STATE, Cursor(0, 1))
    for said in (
        "3.3  ○○●○  90.0 BPM  4/4", "next bar in 2 beats, 1.0 s ◆◆ bass: pedal", "1 verse",
        "2 chorus", "drums M", "▶ 25% walk", "[► pedal", "… 60% swing", "! error", "-6.0  peak -8.5", "L ███",
        "-3.0", "0:05 ago  drums is late; it enters at the next boundary", "q quit",
    ):  # fmt: skip
        assert said in text, said
    assert "error: no room" not in text
    assert "error: no room" in drawn(STATE, Cursor(1, 1))


@given(
    st.integers(0, 40),
    st.integers(0, 60),
    st.integers(20, 200),
    st.integers(8, 60),
    st.integers(0, 60),
    st.text(max_size=30),
)
def test_the_page_fits_the_terminal(
    columns: int, rows: int, width: int, height: int, at: int, name: str
) -> None:
    slots = tuple(ShownSlot([*SlotState][i % len(SlotState)], name) for i in range(rows))
    state = ShownState(
        columns=(ShownColumn(name, slots),) * columns, section=name, messages=(ShownMessage(name),) * 7
    )
    lines = drawn(state, Cursor().moved(at, at, state), width=width, height=height).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert len(lines) <= max(height, 18)


def test_what_comes_from_outside_cannot_steer_the_terminal() -> None:
    evil = "\x1b]0;x\x07\x1b[2J[red]\nline"
    column = ShownColumn(evil, (ShownSlot(SlotState.READY, evil),))
    state = ShownState(
        columns=(column,), scenes=(evil,), section=evil, messages=(ShownMessage(evil),), clock=evil
    )
    text = drawn(state, entry=":" + evil)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    assert "[2J[red] line" in text


def test_what_is_queued_blinks_with_the_beat() -> None:
    styles = [
        str(
            slot_text(
                ShownSlot(SlotState.QUEUED), dataclasses.replace(STATE, quarters=Fraction(i, 4)), 9, False
            ).style
        )
        for i in range(4)
    ]
    assert ["reverse" in style for style in styles] == [True, True, False, False]


def test_meters() -> None:
    assert meter_text(float("-inf"), float("-inf"), 6).plain == "······"
    assert meter_text(0, -30, 6).plain == "███▒▒▒"
    assert meter_text(9, 9, 6).plain == "██████"
    assert meter_text(float("nan"), float("nan"), 6).plain == "······"


def test_the_state_as_json() -> None:
    data = json.loads(json.dumps(as_json(STATE), allow_nan=False))
    assert data["columns"][0]["slots"][0] == {
        "state": "playing",
        "name": "walk",
        "progress": 0.25,
        "detail": "",
    }
    assert data["main_peak"] == [-3.0, None]
    assert (data["bpm"], data["quarters"], data["until_boundary"], data["version"]) == (90, 10.5, 1.5, 1)
    assert json.dumps(as_json(ShownState()), allow_nan=False)


def test_keys_of_terminals() -> None:
    assert read_keys(b"a\x1b[A\x1bOB\r\x7f\x1b") == ["a", "up", "down", "enter", "backspace", "escape"]
    assert read_keys(b"\x1b[1;5C\x1b[3~x\x00") == ["x"]
    assert read_keys("é".encode()) == ["é"]


@given(st.binary(max_size=50))
def test_no_bytes_of_a_terminal_raise(data: bytes) -> None:
    pressed(Keyboard(), data, STATE, 0)
    pressed(Keyboard(), data, ShownState(), 0)


def typed(data: bytes, state: ShownState = STATE) -> tuple[list[Action], list[str], Keyboard]:
    keyboard = Keyboard()
    return *pressed(keyboard, data, state, 7), keyboard


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x1b[C\x1b[B\x1b[B\r", make("slot.launch", [1, 1], 7)),
        (b" ", make("transport.stop", (), 7)),
        (b"t", make("transport.tap", (), 7)),
        (b"2", make("scene.launch", [1], 7)),
        (b"s", make("column.stop", [0], 7)),
        (b"m", make("column.mute", [0], 7)),
        (b"+", make("column.level", [0, -4.5], 7)),
        (b"g", make("launch.quantise", ["2 bars"], 7)),
        (b"r", make("record.run", ["on"], 7)),
        (b"!", make("panic", (), 7)),
        (b":slot.mode 0 1 gate\r", make("slot.mode", [0, 1, "gate"], 7)),
        (b"'darker, moree\x7f tension\r", make("vibe.say", ["darker, more tension"], 7)),
    ],
)
def test_keys_do_what_pads_do(data: bytes, expected: Action) -> None:
    actions, remarks, _ = typed(data)
    assert (actions, remarks) == ([expected], [])


def test_keys_that_do_nothing() -> None:
    assert typed(b"9zq")[0] == [] and typed(b"q")[2].wants_out
    assert typed(b"\rsm+5", ShownState())[0] == []
    assert typed(b":abc\x1b:\x7f:\r")[2].entry == ""


def test_a_typed_line_that_is_no_action_is_said() -> None:
    actions, remarks, keyboard = typed(b":slot.launch 0\r")
    assert actions == [] and remarks == ["slot.launch: row: is missing; it must be 0 to 511"]
    assert keyboard.entry == ""


def test_without_a_terminal_new_messages_are_printed_once() -> None:
    out = io.StringIO()
    messages = tuple(ShownMessage(f"line {i}", at=i) for i in range(5))
    with Screen(Console(file=out, width=80)) as screen:
        for end in range(1, 6):
            screen.show(ShownState(messages=messages[max(end - 3, 0) : end]))
            screen.show(ShownState(messages=messages[max(end - 3, 0) : end]))
    assert out.getvalue().splitlines() == [f"line {i}" for i in range(5)]


def test_on_a_terminal_the_page_goes_and_the_messages_stay() -> None:
    out = io.StringIO()
    with Screen(Console(file=out, force_terminal=True, width=100, height=30)) as screen:
        screen.show(STATE)
        screen.show(STATE)
    text = out.getvalue()
    assert "\x1b[?1049h" in text and "\x1b[?1049l" in text
    after = text.split("\x1b[?1049l")[1]
    assert after.count("drums is late") == 1 and "picker" not in after


def test_a_page_is_drawn_as_often_as_it_can_be_seen() -> None:
    out, now = io.StringIO(), [0.0]
    console = Console(file=out, force_terminal=True, width=100, height=30)
    with Screen(console, 0.125, lambda: now[0]) as screen:
        drawings = []
        for step in range(30):
            now[0] = step / 32
            before = len(out.getvalue())
            screen.show(STATE, Cursor(0, int(step > 6)))
            drawings += [step] if len(out.getvalue()) > before else []
    assert drawings == [0, 4, 7, 11, 15, 19, 23, 27]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_keys_come_at_once_and_the_terminal_is_as_it_was() -> None:
    code = (
        "import sys, time\n"
        "from stemwright.live.screen.terminal import typed\n"
        "with typed() as keys:\n"
        "    print('ready', flush=True)\n"
        "    found = b''\n"
        "    while len(found) < 3: found += keys(); time.sleep(0.01)\n"
        "print(found)\n"
    )
    ours, theirs = pty.openpty()
    import termios

    before = termios.tcgetattr(theirs)
    with subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        os.write(ours, b"a\x1b[")
        assert process.stdout.read() == b"b'a\\x1b['\n"
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
