"""Everything that a performer can do: one table, which pads, keys, OSC, the screen and scripts all use."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.live.control.parameters import Parameter, Value
from stemwright.live.launch.follow import FollowAction
from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.slots import Mode

GRIDS = tuple(map(str, Quantum))
"""Where what is queued may enter."""
SLOT_MODES = tuple(map(str, Mode))
FOLLOW = tuple(map(str, FollowAction))
CLOCKS = ("internal", "midi", "link", "beats")
SWITCH = ("on", "off", "toggle")
_NAMED = re.compile(r"[a-z_]+=")
MAX_COLUMNS, MAX_ROWS = 64, 512


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a performer did. `sample`: when."""

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    sample: int = 0


@dataclass(frozen=True, slots=True)
class ActionKind:
    """`parameters` in the order in which they may be given without names. `release`: the action of the same
    first arguments that letting go of the key is, "" for none.
    """

    name: str
    about: str
    parameters: tuple[Parameter, ...] = ()
    release: str = ""

    def parameter(self, name: str) -> Parameter:
        """UsageError where it has none of that name."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(p.name for p in self.parameters) or "nothing"
        raise UsageError(f"{self.name}: has no argument {shown(name)}; it takes {known}")


_COLUMN = Parameter("column", high=MAX_COLUMNS - 1)
_ROW = Parameter("row", high=MAX_ROWS - 1)
_PLAYER = Parameter("player", high=15)
_ON = Parameter("on", "str", choices=SWITCH, default="toggle")
_SHARE = Parameter("value", "float", 0, 1)
_LEVEL = Parameter("value", "float", -60, 6, unit="dB")
_CUTOFF = Parameter("value", "float", 20, 20000, unit="Hz", is_log=True)
_VOICE = (_PLAYER, Parameter("voice", "str"), Parameter("parameter", "str"))

_KINDS = (
    ActionKind("transport.play", "starts at the song's beginning, or where it was located"),
    ActionKind("transport.stop", "stops, and stays where it is"),
    ActionKind("transport.continue", "goes on where it stopped"),
    ActionKind("transport.locate", "goes to a bar, counted from 0", (Parameter("bar", high=9999),)),
    ActionKind("transport.tempo", "sets the tempo", (Parameter("value", "float", 20, 400, unit="BPM"),)),
    ActionKind("transport.tap", "a tap of the tempo"),
    ActionKind("transport.one", "says that a phrase begins here"),
    ActionKind(
        "transport.meter",
        "sets the meter from the next bar on",
        (
            Parameter("beats", low=1, high=32),
            Parameter("unit", "str", choices=("1", "2", "4", "8", "16", "32")),
        ),
    ),
    ActionKind("transport.clock", "whose tempo holds", (Parameter("source", "str", choices=CLOCKS),)),
    ActionKind("transport.click", "the click", (_ON,)),
    ActionKind(
        "slot.launch",
        "queues a slot, as its mode says",
        (_COLUMN, _ROW, Parameter("velocity", low=1, default=127)),
        "slot.release",
    ),
    ActionKind("slot.release", "lets go of a slot's key, which ends one in gate mode", (_COLUMN, _ROW)),
    ActionKind(
        "slot.mode", "what a slot's key does", (_COLUMN, _ROW, Parameter("mode", "str", choices=SLOT_MODES))
    ),
    ActionKind(
        "slot.follow",
        "what comes after a slot",
        (
            _COLUMN,
            _ROW,
            Parameter("follow", "str", choices=FOLLOW),
            Parameter("count", low=1, high=999, default=1),
            Parameter("chance", "float", 0, 1, 1.0),
            Parameter("target", high=MAX_ROWS - 1, default=0),
        ),
    ),
    ActionKind(
        "slot.make",
        "has a stem made into a slot, as words say",
        (_COLUMN, _ROW, Parameter("words", "str"), Parameter("seed", high=2**32 - 1, default=0)),
    ),
    ActionKind("scene.launch", "queues a whole row", (_ROW,)),
    ActionKind("column.stop", "stops a layer at the next boundary", (_COLUMN,)),
    ActionKind("launch.stop_all", "stops all layers at the next boundary"),
    ActionKind("launch.quantise", "where what is queued enters", (Parameter("grid", "str", choices=GRIDS),)),
    ActionKind("launch.legato", "whether slots go on where the last one was", (_COLUMN, _ON)),
    ActionKind("column.level", "a layer's level", (_COLUMN, _LEVEL)),
    ActionKind("column.pan", "a layer's place", (_COLUMN, Parameter("value", "float", -1, 1))),
    ActionKind("column.lowpass", "a layer's low-pass filter", (_COLUMN, _CUTOFF)),
    ActionKind("column.highpass", "a layer's high-pass filter", (_COLUMN, _CUTOFF)),
    ActionKind("column.mute", "silences a layer", (_COLUMN, _ON)),
    ActionKind("column.solo", "silences the others", (_COLUMN, _ON)),
    ActionKind("main.level", "the level of all", (_LEVEL,)),
    ActionKind("player.set", "sets a parameter of a companion's voice", (*_VOICE, Parameter("value", "any"))),
    ActionKind("player.turn", "the same from a knob, over the parameter's own range", (*_VOICE, _SHARE)),
    ActionKind("player.setup", "takes one of a companion's setups", (_PLAYER, Parameter("setup"))),
    ActionKind("player.mute", "silences a companion", (_PLAYER, _ON)),
    ActionKind("player.reset", "forgets what a companion heard", (_PLAYER,)),
    ActionKind("stream.play", "the endless background", (_ON,)),
    ActionKind("stream.weight", "how much of a prompt", (Parameter("prompt", "str"), _SHARE)),
    ActionKind("stream.density", "the share of its layers that play", (_SHARE,)),
    ActionKind("stream.column", "whether a layer is the background's", (_COLUMN, _ON)),
    ActionKind("timbre.blend", "how much of the timbre is heard", (_SHARE,)),
    ActionKind(
        "timbre.latent",
        "moves the timbre by hand",
        (Parameter("index", high=63), Parameter("value", "float", -4, 4)),
    ),
    ActionKind("timbre.walk", "how fast the timbre wanders", (_SHARE,)),
    ActionKind("vibe.turn", "moves what words can move", (Parameter("parameter", "str"), _SHARE)),
    ActionKind("vibe.say", "words on how it should go on", (Parameter("text", "str"),)),
    ActionKind(
        "cv.voltage",
        "holds a voltage",
        (Parameter("output", high=31), Parameter("value", "float", -10, 10, unit="V")),
    ),
    ActionKind("cv.gate", "a gate", (Parameter("output", high=31), _ON)),
    ActionKind("record.run", "records, or stops it", (_ON,)),
    ActionKind("session.keep", "marks what was just heard as worth keeping"),
    ActionKind(
        "learn.start",
        "the next control that moves does this",
        (Parameter("line", "str"),),
    ),
    ActionKind("learn.cancel", "learns nothing after all"),
    ActionKind("panic", "ends every note, everywhere"),
)
ACTIONS: dict[str, ActionKind] = {kind.name: kind for kind in _KINDS}


def action_kind(name: object) -> ActionKind:
    """UsageError for a name that is none."""
    found = ACTIONS.get(name) if isinstance(name, str) else None
    if found is None:
        near = [
            known for known in ACTIONS if isinstance(name, str) and known.split(".")[0] == name.split(".")[0]
        ]
        raise UsageError(f"action: {shown(name)} is none; there are {', '.join(near or ACTIONS)}")
    return found


def make(name: str, arguments: Mapping[str, object] | Sequence[object] = (), sample: int = 0) -> Action:
    """The action, its arguments given by name or in order, checked, with defaults. UsageError where one is
    missing, unknown or out of its range.
    """
    kind = action_kind(name)
    given = arguments if isinstance(arguments, Mapping) else _named(kind, arguments)
    for key in given:
        kind.parameter(key)
    values: dict[str, Value] = {}
    for parameter in kind.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise UsageError(f"{name}: {parameter.name}: is missing; it must be {parameter.wanted}")
        values[parameter.name] = parameter.checked(value, name)
    return Action(name, values, sample)


def _named(kind: ActionKind, arguments: Sequence[object]) -> dict[str, object]:
    if len(arguments) > len(kind.parameters):
        names = ", ".join(p.name for p in kind.parameters) or "nothing"
        raise UsageError(f"{kind.name}: takes {names}; {len(arguments)} arguments were given")
    return {parameter.name: value for parameter, value in zip(kind.parameters, arguments, strict=False)}


def release_of(action: Action, sample: int) -> Action | None:
    """What letting go of the key of `action` is, None for nothing."""
    release = ACTIONS[action.name].release
    if not release:
        return None
    names = [parameter.name for parameter in ACTIONS[release].parameters]
    return Action(release, {name: action.arguments[name] for name in names}, sample)


def read_line(line: str, sample: int = 0) -> Action:
    """An action as a person writes it: `slot.launch 0 3`, `column.level column=2 value=-6`. UsageError where
    it is none.
    """
    name, given = read_part(line)
    return make(name, given, sample)


def read_part(line: str) -> tuple[str, dict[str, Value]]:
    """The action's name and the arguments that a line gives; others may be missing. UsageError where what is
    there is wrong.
    """
    try:
        name, *words = shlex.split(line)
    except ValueError:
        raise UsageError(f"action: {shown(line)} is none; write a name, then its arguments") from None
    kind = action_kind(name)
    named = [word for word in words if _NAMED.match(word)]
    given = _named(kind, [word for word in words if not _NAMED.match(word)])
    given |= dict(word.split("=", 1) for word in named)
    entries = [(kind.parameter(key), word) for key, word in given.items()]
    return name, {one.name: one.checked(_typed(one, word), name) for one, word in entries}


def _typed(parameter: Parameter, word: object) -> object:
    """A word as the number that the parameter wants; as it is where it is none, for `checked` to refuse."""
    kinds: dict[str, tuple[Callable[[str], object], ...]] = {
        "int": (int,),
        "float": (float,),
        "any": (int, float),
    }
    for kind in kinds.get(parameter.kind, ()):
        with suppress(ValueError):
            return kind(str(word))
    return word


def as_record(action: Action) -> dict[str, Any]:
    """The action for a line of the session log."""
    return {"action": action.name, "arguments": dict(action.arguments), "sample": action.sample}


def from_record(record: Mapping[str, object]) -> Action:
    """The action of a line of the session log. UsageError where it is none."""
    name, arguments, sample = (record.get(key) for key in ("action", "arguments", "sample"))
    if not isinstance(arguments, dict) or not isinstance(sample, int) or isinstance(sample, bool):
        raise UsageError(f"action: {shown(dict(record))} is none; it needs action, arguments and sample")
    return make(action_kind(name).name, arguments, sample)
