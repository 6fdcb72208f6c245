"""Three ways to play with the companion. Each proposes events and leaves the companion as it was: who plays
them feeds them, so it hears what really sounded.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import replace

from stemwright.errors import UsageError
from stemwright.song.layers import is_drums
from stemwright.symbolic.companion.companion import Companion
from stemwright.symbolic.companion.events import YOU, Event, check_seconds, check_whole
from stemwright.symbolic.companion.query import Query

MAX_EVENTS = 512
"""Events that one call proposes."""
_PITCHES = range(128)


def chord_tones(classes: Iterable[int], low: int = 36, high: int = 84) -> frozenset[int]:
    """The pitches low..high of pitch classes 0..11, for the bounds of a query."""
    wanted = {check_whole("classes", pc, 0, 11) for pc in classes}
    return frozenset(pitch for pitch in _PITCHES if low <= pitch <= high and pitch % 12 in wanted)


def harmonise(
    companion: Companion,
    instruments: Collection[str],
    pitches: Collection[int],
    voices: int = 1,
    query: Query | None = None,
) -> list[Event]:
    """Other instruments join the last event now: `voices` notes of each, each a different one of `pitches`.

    Drums strike once, any piece. An instrument that holds all of `pitches` already stays silent. `query`: how
    to draw (quantiles, temperatures, velocities); what it fixes is overruled. UsageError for no instruments.
    """
    check_whole("voices", voices, 1, 16)
    if not instruments:
        raise UsageError("instruments: none given; name those that are to join", field="instruments")
    out: list[Event] = []
    with companion.trial():
        for name in instruments:
            for _ in range(1 if is_drums(name) else voices):
                held = {pitch for other, pitch in companion.held if other == name}
                free = set(pitches) - held
                if not is_drums(name) and not free:
                    break
                out.append(companion.query_feed(_joining(query or Query(), name, free)))
    return out


def improvise(
    companion: Companion, instrument: str, seconds: float, waited: float = 0.0, query: Query | None = None
) -> list[Event]:
    """The same instrument goes on alone for `seconds` after the last event; it ends what it holds by then.

    `waited`: seconds that have passed since the last event; nothing is proposed before. `query`: bounds and
    how to draw; its times and instruments are overruled.
    """
    return _phrase(companion, (instrument,), seconds, waited, query or Query())


def answer(
    companion: Companion,
    instruments: Collection[str],
    seconds: float,
    *,
    rest: float = 1.0,
    waited: float = 0.0,
    player: str = YOU,
    query: Query | None = None,
) -> list[Event]:
    """What `instruments` answer for `seconds` once the player has rested: nothing while the player holds a
    note, or was heard less than `rest` seconds ago (`waited` of them since the last event)."""
    check_seconds("rest", rest)
    check_seconds("waited", waited)
    if player in instruments:
        raise UsageError(
            f"instruments: {player} is the player, who is answered; name others", field="instruments"
        )
    holds = any(name == player for name, _ in companion.held)
    if holds or companion.silence(player) + waited < rest:
        return []
    return _phrase(companion, instruments, seconds, waited, query or Query())


def _phrase(
    companion: Companion, instruments: Collection[str], seconds: float, waited: float, query: Query
) -> list[Event]:
    """Events of some instruments from `waited` to `seconds` after the last event, at least one."""
    check_seconds("seconds", seconds)
    if check_seconds("waited", waited) > seconds:
        raise UsageError(
            f"waited: {waited} is more than seconds, {seconds}: ask for a longer phrase", field="waited"
        )
    wish = replace(query, instrument=None, instruments=tuple(instruments), time=None)
    out: list[Event] = []
    with companion.trial():
        began = companion.seconds
        event = companion.query(replace(wish, min_time=waited, max_time=seconds))
        while len(out) < MAX_EVENTS and companion.seconds - began + event.time <= seconds:
            out.append(event)
            event = companion.feed_query(event, replace(wish, min_time=0.0, max_time=math.inf))
        left = max(0.0, seconds - sum(event.time for event in out))
        for name, pitch in companion.held:
            if name in instruments:
                out.append(Event(name, pitch, left, 0))
                left = 0.0
    return out


def _joining(query: Query, name: str, pitches: Collection[int]) -> Query:
    return replace(
        query,
        instrument=name,
        instruments=None,
        pitch=None,
        pitches=None if is_drums(name) else tuple(sorted(pitches)),
        time=None,
        min_time=0.0,
        max_time=0.0,
        velocity=None,
        min_velocity=max(1, query.min_velocity),
        max_velocity=max(1, query.max_velocity),
    )
