"""Controls of a MIDI controller -> actions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from stemwright.errors import UsageError, shown
from stemwright.live.control.actions import Action, action_kind, make, release_of
from stemwright.live.control.parameters import Parameter, Value
from stemwright.live.control.sources import LAST_NUMBER, SOURCE_KINDS, Movement, Source
from stemwright.live.control.takeover import Takeover

Mode = Literal["button", "absolute", "twos_complement", "binary_offset", "sign_magnitude"]
MODES: tuple[Mode, ...] = get_args(Mode)
RELATIVE = MODES[2:]
STEP = 0.01
_PRESSED = 0.5
Current = Callable[[str, Mapping[str, Value]], Value | None]
"""What an action's last parameter is now, given its name and its other arguments; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One control and what it does.

    `mode`: "button" does the action when pressed; "absolute" lays the control's travel over the parameter
    that the action ends with; the others are the three ways in which endless encoders write their steps.
    `arguments`: the fixed ones. `low`, `high`: what the ends of the travel are, in the parameter's units,
    None for its own range; `low` over `high` turns it round. `jumps`: sets the value at once, where a knob
    otherwise waits until it has reached it. `step`: share of the range that one step of an encoder is.
    """

    source: Source
    action: str
    mode: Mode = "button"
    arguments: Mapping[str, Value] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    jumps: bool = False
    step: float = STEP

    @property
    def driven(self) -> Parameter:
        """The parameter that a knob moves."""
        return action_kind(self.action).parameters[-1]


def check(mapped: Mapped) -> Mapped:
    """The mapping, its fixed arguments as their types. UsageError with the field where it cannot work."""
    source, kind = mapped.source, action_kind(mapped.action)
    if source.kind not in SOURCE_KINDS:
        raise UsageError(f"source: {shown(source.kind)} is none of {', '.join(SOURCE_KINDS)}")
    if not 0 <= source.channel <= 15:
        raise UsageError("channel: must be 1 to 16")
    if not 0 <= source.number <= LAST_NUMBER[source.kind]:
        raise UsageError(f"number: must be 0 to {LAST_NUMBER[source.kind]} for {source.kind}")
    if mapped.mode not in MODES:
        raise UsageError(f"mode: {shown(mapped.mode)} is none of {', '.join(MODES)}")
    if not 0 < mapped.step <= 1:
        raise UsageError("step: must be over 0 and at most 1")
    given: dict[str, object] = dict(mapped.arguments)
    if mapped.mode != "button":
        driven = _driven(mapped)
        if driven.name in given:
            raise UsageError(f"arguments: {driven.name} is what the control moves; leave it out")
        given[driven.name] = driven.at(0, mapped.low, mapped.high)
        made = make(kind.name, given)
        fixed = {key: value for key, value in made.arguments.items() if key != driven.name}
    else:
        if mapped.low is not None or mapped.high is not None:
            raise UsageError(
                f"{'high' if mapped.low is None else 'low'}: is for knobs; leave it out of a button"
            )
        fixed = dict(make(kind.name, given).arguments)
    known = {key: fixed[key] for key in mapped.arguments}
    return Mapped(
        source, kind.name, mapped.mode, known, mapped.low, mapped.high, mapped.jumps, mapped.step
    )  # fmt: skip


def _driven(mapped: Mapped) -> Parameter:
    parameters = action_kind(mapped.action).parameters
    if not parameters or not parameters[-1].can_turn:
        raise UsageError(f"mode: {mapped.action} has nothing that a knob could move; use button")
    driven = parameters[-1]
    for name, value in (("low", mapped.low), ("high", mapped.high)):
        if value is None:
            continue
        if driven.kind == "str":
            raise UsageError(f"{name}: {mapped.action} is a choice; leave it out")
        if not driven.low <= value <= driven.high:
            raise UsageError(f"{name}: must be {driven.wanted} for {mapped.action}")
    if mapped.mode in RELATIVE and mapped.source.kind not in ("control", "nrpn"):
        raise UsageError(f"mode: {mapped.mode} is for control and nrpn, not for {mapped.source.kind}")
    return driven


class Mappings:
    """All mappings of one controller, and where each of its knobs is."""

    def __init__(self, mapped: Iterable[Mapped], current: Current) -> None:
        """UsageError where a mapping cannot work."""
        self._current = current
        self._by_source: dict[Source, list[Mapped]] = {}
        self._takeovers: dict[tuple[Source, int], Takeover] = {}
        self._pressed: dict[tuple[Source, int], Action] = {}
        self._whole: dict[tuple[Source, int], Mapping[str, Value]] = {}  # arguments of buttons with defaults
        self._ahead: dict[Hashable, Value] = {}
        for one in mapped:
            self._by_source.setdefault(one.source, []).append(check(one))

    @property
    def mapped(self) -> list[Mapped]:
        return [one for several in self._by_source.values() for one in several]

    def uses(self, source: Source) -> bool:
        """Whether a control has something to do."""
        return source in self._by_source

    def learn(self, mapped: Mapped) -> None:
        """Gives a control this to do and nothing else. UsageError where it cannot work."""
        mapped = check(mapped)
        self.forget(mapped.source)
        self._by_source[mapped.source] = [mapped]

    def forget(self, source: Source) -> None:
        """Gives a control nothing to do."""
        for i in range(len(self._by_source.pop(source, ()))):
            self._takeovers.pop((source, i), None)
            self._pressed.pop((source, i), None)
            self._whole.pop((source, i), None)

    def actions(self, movements: Iterable[Movement]) -> list[Action]:
        """What the movements mean, in order; to be done before the next call, which asks for values anew."""
        self._ahead.clear()
        return [
            action
            for movement in movements
            for i, mapped in enumerate(self._by_source.get(movement.source, ()))
            if (action := self._action(mapped, (movement.source, i), movement)) is not None
        ]

    def released(self, at: int, source: Source | None = None) -> list[Action]:
        """What lets go of every key that is down, or of one control's: for when the controller is gone."""
        keys = [key for key in self._pressed if source in (None, key[0])]
        ends = (release_of(self._pressed.pop(key), at) for key in keys)
        return [action for action in ends if action is not None]

    def waiting(self) -> list[tuple[Source, float]]:
        """The knobs that have not reached their value yet, and the travel at which they will."""
        found = []
        for (source, i), takeover in self._takeovers.items():
            travel = self._travel(self._by_source[source][i])
            if not takeover.has_caught and travel is not None:
                found.append((source, travel))
        return found

    def _action(self, mapped: Mapped, key: tuple[Source, int], movement: Movement) -> Action | None:
        if mapped.mode == "button":
            return self._button(mapped, key, movement)
        now = self._travel(mapped)
        if mapped.mode in RELATIVE or movement.step:
            steps = movement.step or steps_of(movement.value, mapped.mode)
            start = 0.5 if now is None else min(max(now, 0.0), 1.0)
            step = max(mapped.step, self._grain(mapped))
            return self._set(mapped, min(max(start + steps * step, 0.0), 1.0), movement.at)
        takeover = self._takeovers.setdefault(key, Takeover())
        if mapped.jumps or takeover.moved(movement.travel, now, max(1 / movement.most, self._grain(mapped))):
            return self._set(mapped, movement.travel, movement.at)
        return None

    def _grain(self, mapped: Mapped) -> float:
        """The travel from one whole number or choice to the next; 0 where there are none."""
        driven = mapped.driven
        low, high = self._ends(mapped)
        places = len(driven.choices) if driven.kind == "str" else abs(high - low)
        return 0.0 if driven.kind == "float" else 1 / max(places, 1)

    def _ends(self, mapped: Mapped) -> tuple[float, float]:
        driven = mapped.driven
        low = driven.low if mapped.low is None else mapped.low
        return low, driven.high if mapped.high is None else mapped.high

    def _button(self, mapped: Mapped, key: tuple[Source, int], movement: Movement) -> Action | None:
        if movement.travel < _PRESSED and not (movement.source.kind == "note" and movement.value):
            pressed = self._pressed.pop(key, None)
            return None if pressed is None else release_of(pressed, movement.at)
        if key in self._pressed and movement.source.kind not in ("note", "program"):
            return None  # a pedal or a fader on its way up is one press
        if key not in self._whole:
            self._whole[key] = make(mapped.action, mapped.arguments).arguments
        arguments = self._whole[key]
        if movement.source.kind == "note" and "velocity" in arguments and "velocity" not in mapped.arguments:
            arguments = {**arguments, "velocity": movement.value}
        action = Action(mapped.action, arguments, movement.at)
        if movement.source.kind != "program":  # which has no release
            self._pressed[key] = action
        return action

    def _travel(self, mapped: Mapped) -> float | None:
        """Where the value is, or will be when what these movements ask for is done."""
        value = self._ahead.get(_value_key(mapped))
        value = self._current(mapped.action, mapped.arguments) if value is None else value
        return None if value is None else mapped.driven.travel(value, mapped.low, mapped.high)

    def _set(self, mapped: Mapped, travel: float, at: int) -> Action:
        value = mapped.driven.at(travel, mapped.low, mapped.high)
        self._ahead[_value_key(mapped)] = value
        return make(mapped.action, {**mapped.arguments, mapped.driven.name: value}, at)


def _value_key(mapped: Mapped) -> Hashable:
    """Which value a mapping moves: several knobs may move the same one."""
    return mapped.action, tuple(sorted(mapped.arguments.items()))


def steps_of(value: int, mode: Mode) -> int:
    """The steps that an encoder turned, -64 to 63, positive to the right."""
    if mode == "twos_complement":
        return value - 128 if value >= 64 else value
    if mode == "binary_offset":
        return value - 64
    return 64 - value if value >= 64 else value


def conflicts(mapped: Sequence[Mapped]) -> list[Source]:
    """Controls that do more than one thing: allowed, but worth a remark."""
    seen: dict[Source, int] = {}
    for one in mapped:
        seen[one.source] = seen.get(one.source, 0) + 1
    return [source for source, count in seen.items() if count > 1]
