"""All Launchpads of the machine: found when they are plugged in, given up when they do not answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from stemwright.live.control.actions import Action
from stemwright.live.control.launchpad.layout import SIDE, Window
from stemwright.live.control.launchpad.ports import Found, launchpads
from stemwright.live.control.launchpad.surface import Surface
from stemwright.live.midi.messages import Message
from stemwright.live.midi.port import PortLost, Ports
from stemwright.live.shown_state import ShownState

LOOK = 2.0
"""Seconds between two looks at the ports' names, and between two inquiries: no system tells of a lost one."""
MISSED = 3
"""Inquiries without an answer after which a Launchpad is given up."""
PAINT = 0.025
"""Seconds between two paintings."""


@dataclass(slots=True)
class Turn:
    """What came of one `tick`. `unused`: keys for mappings, by the port's name; `remarks`: lines to show."""

    actions: list[Action] = field(default_factory=list)
    unused: list[tuple[str, Message]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Held:
    surface: Surface
    has_answered: bool = False
    missed: int = 0


class Launchpads:
    """To be used in a `with`: on every way out each one is put back into live mode."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._held: dict[Found, _Held] = {}
        self._looked = self._painted = float("-inf")
        self._told: dict[object, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that are in use."""
        return tuple(found.source for found, held in self._held.items() if held.has_answered)

    def tick(self, now: float, state: ShownState) -> Turn:
        """Hears, looks and paints. To be called often, from the thread that owns the ports; `now`: seconds of
        a clock that only goes forward.
        """
        turn = Turn()
        for found in list(self._held):
            self._guarded(found, state, turn, self._hear)
        if now - self._looked >= LOOK:
            self._looked = now
            self._look(state, turn)
        if now - self._painted >= PAINT:
            self._painted = now
            for found in list(self._held):
                self._guarded(found, state, turn, self._paint)
        return turn

    def close(self) -> None:
        """Puts all of them back; a second time, nothing."""
        with ExitStack() as each:  # what goes wrong with one does not keep the others from being put back
            while self._held:
                each.callback(self._held.popitem()[1].surface.leave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _guarded(
        self, found: Found, state: ShownState, turn: Turn, act: Callable[[Found, ShownState, Turn], None]
    ) -> None:
        try:
            act(found, state, turn)
        except (PortLost, OSError):
            self._lose(found, f"{found.model.name}: is gone; it is used again when it is back", state, turn)

    def _hear(self, found: Found, state: ShownState, turn: Turn) -> None:
        held = self._held[found]
        heard = held.surface.hear(state)
        turn.actions += heard.actions
        turn.unused += [(found.source, message) for message in heard.unused]
        if heard.identity is None:
            return
        if heard.identity.is_novation:
            held.missed = 0
        if heard.identity.is_in_bootloader:
            self._tell(found, f"{found.model.name}: is in its bootloader; plug it in again", turn)
        elif heard.identity.is_novation and not held.has_answered:
            held.has_answered = True
            held.surface.enter()
            self._told.pop(found, None)
            turn.remarks.append(f"{found.model.name}: ready ({found.source})")

    def _paint(self, found: Found, state: ShownState, turn: Turn) -> None:
        self._held[found].surface.paint(state)

    def _look(self, state: ShownState, turn: Turn) -> None:
        try:
            there, remarks = launchpads(self._ports.inputs(), self._ports.outputs())
        except (PortLost, OSError) as error:
            self._tell("ports", f"MIDI: ports cannot be listed ({error})", turn)
            return
        for remark in remarks:
            self._tell(remark, remark, turn)
        for remark in [told for told in self._told if isinstance(told, str) and told not in remarks]:
            del self._told[remark]
        before = list(self._held)
        for found in before:
            if found not in there:
                self._lose(
                    found, f"{found.model.name}: is gone; it is used again when it is back", state, turn
                )
            else:
                self._guarded(found, state, turn, self._ask)
        for found in there:
            if found not in self._held and found not in before:  # what was given up is tried at the next look
                self._open(found, state, turn)

    def _ask(self, found: Found, state: ShownState, turn: Turn) -> None:
        held = self._held[found]
        if held.missed >= MISSED:
            self._lose(found, f"{found.model.name}: does not answer; it is asked again", state, turn)
            return
        held.missed += 1
        held.surface.ask()

    def _open(self, found: Found, state: ShownState, turn: Turn) -> None:
        try:
            port = self._ports.open(found.source, found.target)
        except PortLost as error:
            self._tell(found, f"{found.model.name}: {found.source} cannot be opened ({error.marked})", turn)
            return
        self._held[found] = _Held(Surface(found.model, port, self._window(state)))
        self._guarded(found, state, turn, self._ask)

    def _window(self, state: ShownState) -> Window:
        """A second Launchpad shows the layers beside those of the first, if there are as many."""
        column = SIDE * len(self._held)
        return Window(column if column < len(state.columns) else 0, 0)

    def _lose(self, found: Found, line: str, state: ShownState, turn: Turn) -> None:
        held = self._held.pop(found, None)
        if held is None:
            return
        turn.actions += held.surface.released(state.sample)
        held.surface.leave()
        self._tell(found, line, turn)

    def _tell(self, about: object, line: str, turn: Turn) -> None:
        """Says a line once, until something else is to be said."""
        if self._told.get(about) != line:
            self._told[about] = line
            turn.remarks.append(line)
