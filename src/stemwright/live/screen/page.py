"""The whole page: time, the next boundary, the picker, the main level, messages, keys."""

from __future__ import annotations

import textwrap

from rich.console import Group
from rich.text import Text

from stemwright.live.launch.slots import SlotState
from stemwright.live.screen.picker import Cursor, picker
from stemwright.live.screen.texts import decibels, meter_text, plain
from stemwright.live.shown_state import Severity, ShownMessage, ShownState

MESSAGES = 5
_FIXED = 8  # lines beside the picker and the messages
_SEVERITY: dict[Severity, str] = {"note": "default", "warning": "yellow", "error": "bold red"}
KEYS = (
    "q quit", "arrows choose", "Enter launch", "s stop", "x stop all", "1-9 scene", "Space play", "t tap",
    "o one", "m mute", "u solo", "+ - level", "g quantise", "r record", "k keep",
    "' words", ": command", "! panic",
)  # fmt: skip


def page(state: ShownState, cursor: Cursor, entry: str, width: int, height: int) -> Group:
    """All of it, in `width` letters and `height` lines. `entry`: the line being typed, "" for none."""
    messages = state.messages[-MESSAGES:]
    lines = [
        _time(state, width),
        _boundary(state, width),
        Text(""),
        *picker(state, cursor, width, height - _FIXED - len(messages)),
        _main(state, width),
        _chosen(state, cursor, width),
        *(_message(message, state, width) for message in messages),
    ]
    return Group(*lines, *_foot(entry, width))


def _foot(entry: str, width: int) -> list[Text]:
    """The line being typed, else what keys do: as much as two lines hold."""
    if entry:
        return [Text(plain(entry, width - 1) + "▏", "bold"), Text("")]
    keys = textwrap.wrap("  ".join(key.replace(" ", "\xa0") for key in KEYS), width, break_long_words=False)
    return [Text(plain(line.replace("\xa0", " "), width), "dim") for line in [*keys, "", ""][:2]]


def _time(state: ShownState, width: int) -> Text:
    text = Text(no_wrap=True)
    text.append(" ▶ " if state.is_playing else " ■ ", "bold green" if state.is_playing else "bold")
    text.append("● rec  " if state.is_recording else "", "bold red")
    beats = "".join(
        "●" if i == state.beat and state.is_playing else "○" for i in range(min(state.meter[0], 16))
    )
    text.append(f"{state.bar + 1}.{state.beat + 1}  {beats}  ", "bold")
    text.append(
        f"{float(state.bpm):.1f} BPM  {state.meter[0]}/{state.meter[1]}  clock {plain(state.clock, 12)}"
    )
    text.append(f"  {plain(state.section, 20)}" if state.section else "", "cyan")
    text.append(f"  load {state.load:.0%}", "red" if state.load > 0.8 else "dim")
    if state.surfaces:
        text.append(f"  {plain(', '.join(state.surfaces), 40)}", "dim")
    text.truncate(width)
    return text


def _boundary(state: ShownState, width: int) -> Text:
    """What comes next, and when."""
    waiting = [
        plain(f"{column.name}: {slot.name or row + 1}", 24)
        for column in state.columns
        for row, slot in enumerate(column.slots)
        if slot.state is SlotState.QUEUED
    ]
    text = Text(f" next {plain(state.quantise, 10)} ", no_wrap=True)
    seconds = state.seconds_to_boundary
    if state.until_boundary is None or seconds is None:
        text.append("- " if state.is_playing else "when it plays ", "dim")
    else:
        beats = -(-state.until_boundary * state.meter[1] // 4)  # begun beats count
        text.append(f"in {beats} beats, {max(seconds, 0.0):.1f} s ", "bold green" if waiting else "default")
        text.append("◆" * min(int(beats), 32) + " ", "green" if waiting else "dim")
    text.append("  ".join(waiting), "green")
    text.truncate(width)
    return text


def _main(state: ShownState, width: int) -> Text:
    half = max((width - 34) // 2, 4)
    text = Text(" main ", no_wrap=True)
    for side, peak in zip("LR", state.main_peak, strict=True):
        text.append(f"{side} ").append_text(meter_text(peak, peak, half)).append(f" {decibels(peak)}  ")
    text.truncate(width)
    return text


def _chosen(state: ShownState, cursor: Cursor, width: int) -> Text:
    """Why the slot under the cursor is in error, or what it waits for."""
    slot = state.slot(cursor.column, cursor.row)
    detail = f" {slot.name or slot.state}: {slot.detail}" if slot.detail else ""
    return Text(
        plain(detail, width), "bold red" if slot.state is SlotState.ERROR else "default", no_wrap=True
    )


def _message(message: ShownMessage, state: ShownState, width: int) -> Text:
    seconds = max(state.sample - message.at, 0) // state.rate
    age = f"{seconds // 60}:{seconds % 60:02d} ago"
    return Text(plain(f" {age:>9}  {message.text}", width), _SEVERITY[message.severity], no_wrap=True)
