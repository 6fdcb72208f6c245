"""What a performer sees, as plain data: terminal, pads and a web page read this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from stemwright.live.launch.slots import SlotState

VERSION = 1
"""Of the JSON form."""
Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """One cell of the picker. `progress`: 0 to 1, how much of it is made or played; `detail`: why it is in
    error, or what it waits for.
    """

    state: SlotState = SlotState.EMPTY
    name: str = ""
    progress: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A layer. `slots`: one a scene, missing ones are empty; `peak`, `rms`: dBFS since the state before;
    `level`: dB; `playing`: the row that sounds, None for none.
    """

    name: str
    slots: tuple[ShownSlot, ...] = ()
    level: float = 0.0
    peak: float = float("-inf")
    rms: float = float("-inf")
    is_muted: bool = False
    is_soloed: bool = False
    playing: int | None = None


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A line for the performer. `at`: its sample."""

    text: str
    severity: Severity = "note"
    at: int = 0


@dataclass(frozen=True, slots=True)
class ShownState:
    """All of it, at one sample. `quarters`: musical time since the transport's start; `bar`, `beat`: counted
    from 0, of the bar that sounds; `until_boundary`: quarters to the next place where what is queued enters,
    None while nothing runs.
    """

    sample: int = 0
    rate: int = 48000
    is_playing: bool = False
    is_recording: bool = False
    bpm: Fraction = Fraction(120)
    meter: tuple[int, int] = (4, 4)
    quarters: Fraction = Fraction(0)
    bar: int = 0
    beat: int = 0
    section: str = ""
    quantise: str = "bar"
    until_boundary: Fraction | None = None
    clock: str = "internal"
    columns: tuple[ShownColumn, ...] = ()
    scenes: tuple[str, ...] = ()
    main_peak: tuple[float, float] = (float("-inf"), float("-inf"))
    load: float = 0.0
    surfaces: tuple[str, ...] = ()
    messages: tuple[ShownMessage, ...] = ()

    @property
    def rows(self) -> int:
        """Rows that the picker has: scenes, or as many as the longest column."""
        return max([len(self.scenes), *(len(column.slots) for column in self.columns)], default=0)

    def slot(self, column: int, row: int) -> ShownSlot:
        """A cell; an empty one where there is none."""
        if 0 <= column < len(self.columns) and 0 <= row < len(self.columns[column].slots):
            return self.columns[column].slots[row]
        return ShownSlot()

    @property
    def beat_phase(self) -> Fraction:
        """0 to 1: how far the beat has gone; beats go on in tempo while nothing plays. A beat is the meter's
        denominator.
        """
        quarters = self.quarters if self.is_playing else self.sample * self.bpm / (60 * self.rate)
        return (quarters * self.meter[1] / 4) % 1

    @property
    def seconds_to_boundary(self) -> float | None:
        """Seconds at the tempo that holds now."""
        return None if self.until_boundary is None else float(self.until_boundary * 60 / self.bpm)


def as_json(state: ShownState) -> dict[str, Any]:
    """The state as what `json.dumps(..., allow_nan=False)` takes: silence, minus infinity, is None; musical
    time is in quarters as floats.
    """
    return {
        "version": VERSION,
        "sample": state.sample,
        "rate": state.rate,
        "playing": state.is_playing,
        "recording": state.is_recording,
        "bpm": float(state.bpm),
        "meter": list(state.meter),
        "quarters": float(state.quarters),
        "bar": state.bar,
        "beat": state.beat,
        "section": state.section,
        "quantise": state.quantise,
        "until_boundary": None if state.until_boundary is None else float(state.until_boundary),
        "clock": state.clock,
        "columns": [_column(column) for column in state.columns],
        "scenes": list(state.scenes),
        "main_peak": [_decibels(peak) for peak in state.main_peak],
        "load": state.load,
        "surfaces": list(state.surfaces),
        "messages": [{"text": m.text, "severity": m.severity, "at": m.at} for m in state.messages],
    }


def _column(column: ShownColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "slots": [
            {"state": slot.state, "name": slot.name, "progress": slot.progress, "detail": slot.detail}
            for slot in column.slots
        ],
        "level": _decibels(column.level),
        "peak": _decibels(column.peak),
        "rms": _decibels(column.rms),
        "muted": column.is_muted,
        "soloed": column.is_soloed,
        "playing": column.playing,
    }


def _decibels(value: float) -> float | None:
    return value if float("-inf") < value < float("inf") else None
