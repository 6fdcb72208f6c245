"""What each bar of a set was made of, told to the log when the bar begins: what `live keep` reads.

A bar is {"at": 102857, "bpm": "112", "heard": [[0, 3, 7], null, ...]}: of each column row, bar of the song
and clip. {"stood": 411429}: from where on the transport stood still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor
from typing import Any

from stemwright.live.clock.transport import Transport
from stemwright.live.launch.column import Column
from stemwright.live.launch.queue import Launcher
from stemwright.live.stems.stem import Cut
from stemwright.song.score import PPQ
from stemwright.song.state import GlobalState

Heard = tuple[int, int, int]
"""Row, the bar of the song (from 0) that is heard of it, and the clip that it is."""


BACK = 0.05
"""Seconds after which a bar is told."""


class BarLog:
    """Writes a line a bar. `cut`: where the sound of a row lies in the song; `silent`: whether a column is
    muted."""

    def __init__(
        self,
        transport: Transport,
        launcher: Launcher,
        state: GlobalState,
        cut: Callable[[int], Cut],
        silent: Callable[[int], bool],
        write: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._transport, self._launcher, self._state = transport, launcher, state
        self._cut, self._silent, self._write = cut, silent, write
        self._told: tuple[Fraction, int] | None = None

    def turn(self, now: int) -> None:
        """Time has come to a sample. Looks back a little, to where nothing changes any more."""
        transport = self._transport
        now -= round(BACK * transport.rate)
        if now < 0:
            return
        state = transport.state(now)
        if not state.playing:
            if self._told is not None:
                self._told = None
                self._write({"stood": state.sample})
            return
        bar = transport.grid.bar(transport.position(now))
        if self._told == (bar.start, state.sample):
            return
        self._told = (bar.start, state.sample)
        place = max(bar.start, state.position)
        at = max(transport.tempo.sample(place), state.sample)
        heard = [
            self._heard(number, column, at, place) for number, column in enumerate(self._launcher.columns)
        ]
        self._write({"bar": {"at": at, "bpm": str(transport.tempo.bpm(at)), "heard": heard}})

    def _heard(self, number: int, column: Column, at: int, place: Fraction) -> Heard | None:
        entry = column.heard(at)
        if entry is None or entry.row is None or self._silent(number):
            return None
        clip = column.slots[entry.row].clip
        if clip is None or clip.quarters is None:
            return None
        inside = (place - entry.origin) % clip.quarters
        tick = floor(inside * PPQ) + self._state.bar_tick(self._cut(entry.row).start)
        return entry.row, self._state.bar_of_tick(tick), clip.index
