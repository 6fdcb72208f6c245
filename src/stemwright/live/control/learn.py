"""MIDI learn: which control moved, and in which of the ways that controllers write movements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from stemwright.live.control.actions import action_kind
from stemwright.live.control.mapping import Mapped, Mode, check
from stemwright.live.control.parameters import Value
from stemwright.live.control.sources import Movement, Source, SourceKind

LISTEN = 1.5
"""Seconds in which a knob that moves is watched. Turned right and left, an encoder is known for sure."""
_ENOUGH = 24  # movements after which nothing new is to be expected
_BEST: tuple[SourceKind, ...] = (
    "nrpn14",
    "nrpn",
    "control14",
    "control",
    "bend",
    "poly_pressure",
    "pressure",
)
_NEAR = 16  # steps that an encoder makes at once, at most


class Learner:
    """Waits for one control, for one action."""

    def __init__(self, action: str, arguments: Mapping[str, Value], rate: int) -> None:
        """`arguments`: the fixed ones; `rate`: samples a second. UsageError for an action that is none."""
        self._kind = action_kind(action)
        self._arguments = dict(arguments)
        last = self._kind.parameters[-1:]
        self._can_turn = any(one.can_turn and one.name not in arguments for one in last)
        self._must_turn = self._can_turn and last[0].default is None
        self._listen = round(LISTEN * rate)
        self._moved: dict[Source, list[Movement]] = {}
        self._began: int | None = None

    def feed(self, movements: Iterable[Movement], now: int) -> Mapped | None:
        """The mapping, as soon as it is known; `now`: the sample. To be called also while nothing moves.
        UsageError where the control and the action do not go together (a key for a level).
        """
        for movement in movements:
            if movement.source.kind in ("note", "program"):
                if movement.value:
                    return self._key(movement.source)
                continue
            self._began = movement.at if self._began is None else self._began
            self._moved.setdefault(movement.source, []).append(movement)
        if self._began is None:
            return None
        longest = max(map(len, self._moved.values()))
        return self._knob() if longest >= _ENOUGH or now - self._began >= self._listen else None

    def _key(self, source: Source) -> Mapped:
        return check(Mapped(source, self._kind.name, "button", self._arguments))

    def _knob(self) -> Mapped:
        source = self._source()
        values = [movement.value for movement in self._moved[source]]
        mode = encoding(values) if source.kind in ("control", "nrpn") else "absolute"
        if any(movement.step for movement in self._moved[source]):
            mode = "twos_complement"
        if not self._can_turn or (mode == "button" and not self._must_turn):
            return self._key(source)
        return check(
            Mapped(source, self._kind.name, "absolute" if mode == "button" else mode, self._arguments)
        )

    def _source(self) -> Source:
        """Of the readings of what moved, the finest; of the controls that moved, the one that moved most."""
        moved = {source: len(movements) for source, movements in self._moved.items()}
        wide = {source for source in moved if source.kind == "control14" and self._has_fine_half(source)}
        halves = {Source("control", s.channel, s.number + half) for s in wide for half in (0, 32)}
        kept = [
            source
            for source in moved
            if source not in halves and (source.kind != "control14" or source in wide)
        ]
        most = max(moved[source] for source in kept)
        often = [source for source in kept if 2 * moved[source] >= most]
        return min(often, key=lambda source: (_BEST.index(source.kind), -moved[source]))

    def _has_fine_half(self, source: Source) -> bool:
        return Source("control", source.channel, source.number + 32) in self._moved


def encoding(values: list[int]) -> Mode:
    """The mode of a control that sent these values (0 to 127). A knob never sends the same value twice on
    end, an encoder turned evenly does.
    """
    if set(values) <= {0, 127}:
        return "button"
    right = any(0 < v < _NEAR for v in values)
    above, below = any(64 < v < 64 + _NEAR for v in values), any(64 - _NEAR < v < 64 for v in values)
    minus = any(v > 128 - _NEAR for v in values)
    repeats = sum(a == b for a, b in pairwise(values))
    far = any(_NEAR <= v <= 64 - _NEAR or 64 + _NEAR <= v <= 128 - _NEAR for v in values)
    if far or not (repeats or (right and (minus or above))):
        return "absolute"
    if (above or 64 in values) and right:
        return "sign_magnitude"
    if above or below:
        return "binary_offset"
    return "twos_complement"
