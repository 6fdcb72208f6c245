"""How states and levels look on a terminal."""

from __future__ import annotations

from rich.text import Text

from stemwright.live.shown_state import ShownSlot, ShownState, SlotState

SIGNS: dict[SlotState, str] = {
    "empty": "·", "making": "…", "ready": "○", "queued": "►", "playing": "▶", "stopping": "■", "error": "!"
}  # fmt: skip
STYLES: dict[SlotState, str] = {
    "empty": "dim", "making": "magenta", "ready": "default", "queued": "green", "playing": "bold green",
    "stopping": "yellow", "error": "bold red",
}  # fmt: skip
BLINKING = ("queued", "stopping")
FLOOR = -60.0
"""dBFS at which a meter is empty."""
_WARM, _HOT = -12.0, -3.0


def plain(text: str, width: int) -> str:
    """A text from outside, on one line of at most `width` letters: nothing in it may steer the terminal."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * width])
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"


def slot_text(slot: ShownSlot, state: ShownState, width: int, is_chosen: bool) -> Text:
    """One cell of the picker. What is queued or stopping blinks once a beat."""
    style = STYLES[slot.state]
    if slot.state in BLINKING and state.beat_phase < 0.5:
        style += " reverse"
    name = slot.name or ("" if slot.state == "empty" else slot.state)
    if slot.state in ("making", "playing") and 0 < slot.progress <= 1:
        name = f"{slot.progress:.0%} {name}"
    label = plain(f"{SIGNS[slot.state]} {name}", width - 2)
    edges = "[]" if is_chosen else "  "
    return Text(f"{edges[0]}{label.ljust(width - 2)}{edges[1]}", style, no_wrap=True)


def meter_text(peak: float, rms: float, width: int) -> Text:
    """A level as a bar of `width` letters: loudness full, up to the peak light."""
    text = Text(no_wrap=True)
    full, light = (round(width * _share(level)) for level in (min(rms, peak), peak))
    for i in range(width):
        level = FLOOR * (1 - (i + 0.5) / width)
        colour = "red" if level > _HOT else "yellow" if level > _WARM else "green"
        text.append("█" if i < full else "▒" if i < light else "·", colour if i < light else "dim")
    return text


def _share(level: float) -> float:
    """0 to 1; silence, and what is not a number, is 0."""
    return min(max(1 - level / FLOOR, 0.0), 1.0) if level > FLOOR else 0.0


def decibels(level: float) -> str:
    return f"{level:+.1f}" if -99 < level < 99 else "  -"
