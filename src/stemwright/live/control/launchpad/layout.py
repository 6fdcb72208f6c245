"""What the keys of a Launchpad do: pads launch slots, a column a layer, the first scene at the top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stemwright.live.control import toggles
from stemwright.live.control.actions import Action, make
from stemwright.live.control.launchpad.models import PRO, Model
from stemwright.live.shown_state import ShownState

SIDE = 8
Function = Literal[
    "up", "down", "left", "right", "shift", "play", "record", "tap", "one", "stop_all", "quantise", "panic"
]
_PRO: dict[int, Function] = {
    80: "up", 70: "down", 91: "left", 92: "right", 90: "shift", 20: "play", 10: "record", 93: "one",
    94: "tap", 60: "stop_all", 40: "quantise",
}  # fmt: skip
_SMALL: dict[int, Function] = {
    91: "up", 92: "down", 93: "left", 94: "right", 95: "play", 96: "tap", 97: "one", 98: "shift"
}  # fmt: skip
_SMALL_SHIFTED: dict[int, Function] = {95: "record", 96: "quantise", 97: "stop_all"}
_PANIC = 19  # with shift, on all of them
_SCENES = range(19, 90, 10)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the picker that a Launchpad shows: the column and the row at its upper left."""

    column: int = 0
    row: int = 0

    def moved(self, function: Function, state: ShownState) -> Window:
        """One step on, as far as there is something to be seen."""
        column = self.column + {"left": -1, "right": 1}.get(function, 0)
        row = self.row + {"up": -1, "down": 1}.get(function, 0)
        column = min(max(column, 0), max(len(state.columns) - SIDE, 0))
        return Window(column, min(max(row, 0), max(state.rows - SIDE, 0)))


def pad_place(number: int) -> tuple[int, int] | None:
    """(column, row) of a pad, from the upper left; None for another key."""
    row, column = divmod(number, 10)
    return (column - 1, SIDE - row) if 1 <= row <= SIDE and 1 <= column <= SIDE else None


def functions(model: Model, is_shifted: bool) -> dict[int, Function]:
    """The keys beside the pads that do the same wherever the window is."""
    if model is PRO:
        return {**_PRO, _PANIC: "panic"} if is_shifted else _PRO
    return {**_SMALL, **_SMALL_SHIFTED, _PANIC: "panic"} if is_shifted else _SMALL


def stop_key(model: Model, number: int, is_shifted: bool) -> int | None:
    """The window's column that a key stops. Small ones have no keys of their own for it: the lowest pads do
    it with shift.
    """
    if is_shifted and 11 <= number <= 18:
        return number - 11
    return number - 101 if model is PRO and 101 <= number <= 108 else None


def mute_key(model: Model, number: int, is_shifted: bool) -> int | None:
    """The window's column that a key mutes, as `stop_key`, the pads over the lowest ones."""
    if is_shifted and 21 <= number <= 28:
        return number - 21
    return number - 1 if model is PRO and 1 <= number <= SIDE else None


def is_free(model: Model, number: int) -> bool:
    """Whether a key does nothing by itself, so that mappings may use it."""
    keys = (pad_place(number), stop_key(model, number, False), mute_key(model, number, False))
    return not any(key is not None for key in keys) and number not in {*functions(model, False), *_SCENES}


def pressed(
    model: Model, number: int, velocity: int, window: Window, is_shifted: bool, state: ShownState, at: int
) -> Action | None:
    """What pressing a key at the sample `at` asks for; None for nothing, and for what moves the window."""
    function = functions(model, is_shifted).get(number)
    if function is not None:
        return _function(function, state, at)
    for name, column in (
        ("column.stop", stop_key(model, number, is_shifted)),
        ("column.mute", mute_key(model, number, is_shifted)),
    ):
        if column is not None:
            is_there = window.column + column < len(state.columns)
            return make(name, [window.column + column], at) if is_there else None
    if number in _SCENES:
        row = window.row + SIDE - number // 10
        return make("scene.launch", [row], at) if row < state.rows else None
    return _launch(number, velocity, window, state, at)


def _launch(number: int, velocity: int, window: Window, state: ShownState, at: int) -> Action | None:
    place = pad_place(number)
    if place is None:
        return None
    column, row = window.column + place[0], window.row + place[1]
    if column >= len(state.columns) or row >= state.rows:
        return None
    return make("slot.launch", [column, row, max(velocity, 1)], at)


def _function(function: Function, state: ShownState, at: int) -> Action | None:
    match function:
        case "play":
            return toggles.play(state, at)
        case "record":
            return toggles.record(state, at)
        case "tap":
            return make("transport.tap", (), at)
        case "one":
            return make("transport.one", (), at)
        case "stop_all":
            return make("launch.stop_all", (), at)
        case "quantise":
            return toggles.quantise(state, at)
        case "panic":
            return make("panic", (), at)
    return None
