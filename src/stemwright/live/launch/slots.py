"""What a column of the launcher holds: clips, how a tap is meant, and what state each slot is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from stemwright.errors import StemwrightError
from stemwright.live.launch.follow import Follow
from stemwright.live.launch.quantise import Quantum
from stemwright.song.tempo import bpm_text

SHORTEST = Fraction(1, 16)
"""Quarter notes that a clip with a musical length lasts at least."""


class SlotState(StrEnum):
    """What a slot does."""

    EMPTY = "empty"
    MAKING = "making"
    READY = "ready"
    QUEUED = "queued"
    PLAYING = "playing"
    STOPPING = "stopping"
    ERROR = "error"


class Mode(StrEnum):
    """What a tap on a slot does."""

    TRIGGER = "trigger"
    """Begins it; nothing where it plays already."""
    RETRIGGER = "retrigger"
    """Begins it, anew where it plays already."""
    GATE = "gate"
    """Begins it; letting go stops it."""
    TOGGLE = "toggle"
    """Begins it, or stops it where it plays."""
    REPEAT = "repeat"
    """Begins it anew at every boundary while it is held, and then plays on."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound of the graph's pool. `index`: its number there, `frames`: its length at the graph's rate.

    `bpm`: the tempo that it was made at, `quarters`: its length in quarter notes; None where it has none, as
    a drone has. `loop`: it begins again at its end, those with a musical length at that place of the grid.
    """

    name: str
    index: int
    frames: int
    bpm: Fraction | None = None
    quarters: Fraction | None = None
    loop: bool = True

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise StemwrightError(f"clip {self.name[:40]}: has no sound, {self.frames} frames")
        if self.quarters is not None and self.quarters < SHORTEST:
            raise StemwrightError(f"clip {self.name[:40]}: {self.quarters} quarter notes are no length")

    def length(self, bpm: Fraction, rate: int) -> Fraction:
        """Quarter notes that it lasts; by its frames at a tempo where it has no musical length."""
        return self.quarters if self.quarters is not None else self.frames * bpm / (60 * rate)

    def frame(self, inside: Fraction, length: Fraction) -> int:
        """The frame at `inside` quarters of its `length`."""
        return int(self.frames * inside / length + Fraction(1, 2)) % self.frames


@dataclass(slots=True)
class Slot:
    """A place for a clip. `making`: being made, with nothing to play yet; `problem`: why it cannot be played;
    `quantum`: its own, None for the launcher's.
    """

    clip: Clip | None = None
    making: bool = False
    problem: str = ""
    mode: Mode = Mode.TRIGGER
    quantum: Quantum | None = None
    follow: Follow = field(default_factory=Follow)

    @property
    def ready(self) -> bool:
        """Whether it can be played now."""
        return self.clip is not None and not self.problem

    @property
    def empty(self) -> bool:
        """Whether nothing is or comes in it."""
        return self.clip is None and not self.making and not self.problem

    @property
    def resting(self) -> SlotState:
        """Its state while it is neither queued nor heard."""
        if self.problem:
            return SlotState.ERROR
        if self.making and self.clip is None:
            return SlotState.MAKING
        return SlotState.EMPTY if self.clip is None else SlotState.READY


def mismatch(clip: Clip, bpm: Fraction, bar: Fraction, rate: int) -> list[str]:
    """What does not fit between a clip and a tempo with bars of `bar` quarter notes; one line each."""
    lines = []
    if clip.bpm is not None and clip.bpm != bpm:
        lines.append(f"{clip.name} was made at {bpm_text(clip.bpm)} BPM, it plays at {bpm_text(bpm)}")
    if clip.quarters is None:
        return lines
    if clip.quarters % bar and clip.loop:
        lines.append(
            f"{clip.name} lasts {float(clip.quarters / bar):.4g} bars: its loop moves against the bar"
        )
    wanted = clip.quarters * 60 * rate / (clip.bpm or bpm)
    if abs(clip.frames - wanted) >= 1:
        what = "shorter" if clip.frames < wanted else "longer"
        seconds = float(abs(clip.frames - wanted) / rate)
        lines.append(
            f"{clip.name} is {seconds:.3g} s {what} than its {float(clip.quarters):.4g} quarter notes"
        )
    return lines
