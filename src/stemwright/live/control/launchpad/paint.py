"""The shown state -> the lights of a Launchpad."""

from __future__ import annotations

from fractions import Fraction

from stemwright.live.control.launchpad.layout import (
    SIDE,
    Function,
    Window,
    functions,
    mute_key,
    pad_place,
    stop_key,
)
from stemwright.live.control.launchpad.models import Model
from stemwright.live.control.launchpad.protocol import OFF, Light, rgb
from stemwright.live.launch.slots import SlotState
from stemwright.live.shown_state import ShownSlot, ShownState

HUES = (
    (127, 40, 0), (127, 96, 0), (0, 60, 127), (0, 110, 90),
    (100, 0, 127), (127, 0, 60), (60, 60, 127), (90, 127, 0),
)  # fmt: skip
"""Of layers, by their column."""
PLAYING, ERROR = rgb(0, 127, 0), rgb(127, 0, 0)
MAKING = Light("pulse", (53,))
"""Pink, in the device's own pace: what is made has no tempo."""
_DIM, _WHITE, _BLUE, _ORANGE = rgb(14, 14, 14), rgb(127, 127, 127), rgb(0, 0, 127), rgb(127, 50, 0)
_DARK_RED, _DARK_GREEN = rgb(20, 0, 0), rgb(0, 20, 0)
_HALF = Fraction(1, 2)


def lights(model: Model, window: Window, is_shifted: bool, state: ShownState) -> dict[int, Light]:
    """How every LED should be lit now. What is queued or stopping blinks once a beat: this is drawn here,
    since the device blinks at 120 BPM unless it is sent a clock.
    """
    is_on = state.beat_phase < _HALF
    named = functions(model, is_shifted)
    return {
        number: _function(named[number], window, is_shifted, state)
        if number in named
        else _light(model, number, window, is_shifted, state, is_on)
        for number in model.lights
    }


def _light(
    model: Model, number: int, window: Window, is_shifted: bool, state: ShownState, is_on: bool
) -> Light:
    stops, mutes = stop_key(model, number, is_shifted), mute_key(model, number, is_shifted)
    if stops is not None:
        return _stop(window.column + stops, state, is_on)
    if mutes is not None:
        return _mute(window.column + mutes, state)
    place = pad_place(number)
    if place is not None:
        column = window.column + place[0]
        return slot_light(state.slot(column, window.row + place[1]), column, is_on)
    if number % 10 == 9 and number < 90:
        return _scene(window.row + SIDE - number // 10, state, is_on)
    return _DIM if number == 99 else OFF


def slot_light(slot: ShownSlot, column: int, is_on: bool) -> Light:
    """The light of a slot; `is_on`: the half of the beat in which what blinks is bright."""
    red, green, blue = HUES[column % len(HUES)]
    dim, bright = rgb(red // 5, green // 5, blue // 5), rgb(red, green, blue)
    fixed: dict[SlotState, Light] = {
        SlotState.EMPTY: OFF,
        SlotState.MAKING: MAKING,
        SlotState.READY: dim,
        SlotState.PLAYING: PLAYING,
        SlotState.ERROR: ERROR,
    }
    if slot.state is SlotState.QUEUED:
        return PLAYING if is_on else dim
    if slot.state is SlotState.STOPPING:
        return bright if is_on else OFF
    return fixed[slot.state]


def _scene(row: int, state: ShownState, is_on: bool) -> Light:
    if row >= state.rows:
        return OFF
    states = {state.slot(column, row).state for column in range(len(state.columns))}
    if SlotState.QUEUED in states:
        return PLAYING if is_on else _DIM
    return _DARK_GREEN if SlotState.PLAYING in states else _DIM


def _stop(column: int, state: ShownState, is_on: bool) -> Light:
    if column >= len(state.columns):
        return OFF
    states = {slot.state for slot in state.columns[column].slots}
    if SlotState.STOPPING in states:
        return ERROR if is_on else OFF
    return ERROR if SlotState.PLAYING in states else _DARK_RED


def _mute(column: int, state: ShownState) -> Light:
    if column >= len(state.columns):
        return OFF
    return _ORANGE if state.columns[column].is_muted else _DIM


def _function(function: Function, window: Window, is_shifted: bool, state: ShownState) -> Light:
    match function:
        case "up" | "down" | "left" | "right":
            return _WHITE if window.moved(function, state) != window else OFF
        case "shift":
            return _WHITE if is_shifted else _DIM
        case "play":
            return PLAYING if state.is_playing else _DARK_GREEN
        case "record":
            return ERROR if state.is_recording else _DARK_RED
        case "tap":
            return _WHITE if state.beat_phase < _HALF / 2 else _DIM
        case "one":
            return _BLUE if state.is_playing and state.beat == 0 else _DIM
        case "stop_all" | "panic":
            return _DARK_RED
    return _DIM
