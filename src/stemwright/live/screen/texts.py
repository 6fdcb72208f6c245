"""How states and levels look on a terminal."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from stemwright.live.launch.slots import SlotState
from stemwright.live.shown_state import ShownSlot, ShownState

SIGNS: dict[SlotState, str] = {
    SlotState.EMPTY: "·",
    SlotState.MAKING: "…",
    SlotState.READY: "○",
    SlotState.QUEUED: "►",
    SlotState.PLAYING: "▶",
    SlotState.STOPPING: "■",
    SlotState.ERROR: "!",
}
STYLES: dict[SlotState, str] = {
    SlotState.EMPTY: "dim",
    SlotState.MAKING: "magenta",
    SlotState.READY: "default",
    SlotState.QUEUED: "green",
    SlotState.PLAYING: "bold green",
    SlotState.STOPPING: "yellow",
    SlotState.ERROR: "bold red",
}
BLINKING = (SlotState.QUEUED, SlotState.STOPPING)
FLOOR = -60.0
"""dBFS at which a meter is empty."""
_WARM, _HOT = -12.0, -3.0


def plain(text: str, width: int) -> str:
    """A text from outside, on one line of at most `width` cells: nothing in it may steer the terminal."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * width])
    return line if cell_len(line) <= width else set_cell_size(line, max(width - 1, 0)) + "…"


def filled(text: Text, width: int) -> Text:
    """The text in exactly `width` cells."""
    text.truncate(width, pad=True)
    return text


def slot_text(slot: ShownSlot, state: ShownState, width: int, is_chosen: bool) -> Text:
    """One cell of the picker. What is queued or stopping blinks once a beat."""
    style = STYLES[slot.state]
    if slot.state in BLINKING and state.beat_phase < 0.5:
        style += " reverse"
    name = slot.name or ("" if slot.state is SlotState.EMPTY else slot.state)
    if slot.state in (SlotState.MAKING, SlotState.PLAYING) and 0 < slot.progress <= 1:
        name = f"{slot.progress:.0%} {name}"
    label = plain(f"{SIGNS[slot.state]} {name}", width - 2)
    edges = "[]" if is_chosen else "  "
    return Text(f"{edges[0]}{set_cell_size(label, width - 2)}{edges[1]}", style, no_wrap=True)


def meter_text(peak: float, rms: float, width: int) -> Text:
    """A level as a bar of `width` letters: loudness full, up to the peak light."""
    full, light, warm, hot = (round(width * _share(level)) for level in (min(rms, peak), peak, _WARM, _HOT))
    text = Text("█" * full + "▒" * (light - full) + "·" * (width - light), no_wrap=True)
    for style, start, end in (("green", 0, warm), ("yellow", warm, hot), ("red", hot, width)):
        text.stylize(style, start, min(end, light))
    text.stylize("dim", light)
    return text


def _share(level: float) -> float:
    """0 to 1; silence, and what is not a number, is 0."""
    return min(max(1 - level / FLOOR, 0.0), 1.0) if level > FLOOR else 0.0


def decibels(level: float) -> str:
    return f"{level:+.1f}" if -99 < level < 99 else "  -"
