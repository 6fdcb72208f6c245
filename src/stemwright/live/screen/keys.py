"""Keys of a computer -> actions, so that everything can be played without any hardware."""

from __future__ import annotations

from dataclasses import dataclass, field

from stemwright.errors import UsageError
from stemwright.live.control import toggles
from stemwright.live.control.actions import Action, make, read_line
from stemwright.live.screen.picker import Cursor
from stemwright.live.shown_state import ShownState

_MOVES = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
_PLAIN = {
    "t": "transport.tap",
    "o": "transport.one",
    "x": "launch.stop_all",
    "!": "panic",
    "k": "session.keep",
}
_OF_COLUMN = {"s": "column.stop", "m": "column.mute", "u": "column.solo"}
_LEVEL = {"+": 1.5, "=": 1.5, "-": -1.5}
_SEQUENCES = {
    "[A": "up", "[B": "down", "[C": "right", "[D": "left",
    "OA": "up", "OB": "down", "OC": "right", "OD": "left"
}  # fmt: skip
_MAX_ENTRY = 200


def read_keys(data: bytes) -> list[str]:
    """Names of the keys that a terminal's bytes are: a letter, or "up", "down", "left", "right", "enter",
    "escape", "backspace". Other escape sequences are passed over.
    """
    text = data.decode(errors="replace")
    keys: list[str] = []
    i = 0
    while i < len(text):
        if text[i] == "\x1b":
            length = _sequence(text, i + 1)
            keys += ["escape"] if not length else filter(None, [_SEQUENCES.get(text[i + 1 : i + 1 + length])])
            i += 1 + length
            continue
        name = {"\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace"}.get(text[i], text[i])
        keys += [name] if name.isprintable() else []
        i += 1
    return keys


def _sequence(text: str, start: int) -> int:
    """Letters of the escape sequence after an escape, 0 where it was the key itself."""
    if text[start : start + 1] == "O":
        return min(2, len(text) - start)
    if text[start : start + 1] != "[":
        return 0
    end = start + 1
    while end < len(text) and not "@" <= text[end] <= "~":
        end += 1
    return min(end + 1, len(text)) - start


@dataclass(slots=True)
class Keyboard:
    """What keys have done so far. `entry`: the line being typed, with the sign it began with; `wants_out`:
    whether q was pressed.
    """

    cursor: Cursor = field(default_factory=Cursor)
    entry: str = ""
    wants_out: bool = False

    def press(self, key: str, state: ShownState, at: int) -> Action | None:
        """What a key asks for, at the sample `at`; None for nothing. UsageError for a typed line that is no
        action.
        """
        if self.entry:
            return self._type(key, at)
        self.cursor = self.cursor.moved(*_MOVES.get(key, (0, 0)), state)
        if key in ":'":
            self.entry = key
        elif key == "q":
            self.wants_out = True
        elif key in _PLAIN:
            return make(_PLAIN[key], (), at)
        elif key in "123456789":
            return make("scene.launch", [int(key) - 1], at) if int(key) <= state.rows else None
        else:
            return self._of_state(key, state, at)
        return None

    def _of_state(self, key: str, state: ShownState, at: int) -> Action | None:
        if key == " ":
            return toggles.play(state, at)
        if key == "r":
            return toggles.record(state, at)
        if key == "g":
            return toggles.quantise(state, at)
        if not state.columns:
            return None
        column = self.cursor.column
        if key == "enter":
            return make("slot.launch", [column, self.cursor.row], at) if state.rows else None
        if key in _OF_COLUMN:
            return make(_OF_COLUMN[key], [column], at)
        if key in _LEVEL:
            level = min(max(state.columns[column].level + _LEVEL[key], -60.0), 6.0)
            return make("column.level", [column, level], at)
        return None

    def _type(self, key: str, at: int) -> Action | None:
        if key == "escape" or (key == "backspace" and len(self.entry) == 1):
            self.entry = ""
        elif key == "backspace":
            self.entry = self.entry[:-1]
        elif key == "enter":
            sign, line = self.entry[0], self.entry[1:].strip()
            self.entry = ""
            if line:
                return make("vibe.say", [line], at) if sign == "'" else read_line(line, at)
        elif len(key) == 1 and len(self.entry) < _MAX_ENTRY:
            self.entry += key
        return None


def pressed(
    keyboard: Keyboard, data: bytes, state: ShownState, at: int
) -> tuple[list[Action], list[str]]:  # fmt: skip
    """The actions that a terminal's bytes ask for, and a line for each that could not be."""
    actions: list[Action] = []
    remarks: list[str] = []
    for key in read_keys(data):
        try:
            action = keyboard.press(key, state, at)
        except UsageError as error:
            remarks.append(str(error))
        else:
            actions += [action] if action is not None else []
    return actions, remarks
