"""Events: what one instrument does at one instant, and what the network is told of it.

A pitched note is two events, its beginning (velocity 1..127) and its end (velocity 0); a drum is struck and
has no end. Times are seconds since the event before. The network counts time in bins of 5 ms: an event's bin
is taken from the running clock, so that rounding never adds up, however long it listens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from stemwright.errors import UsageError, shown
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of
from stemwright.song.layers import LAYERS, is_drums

YOU = "you"
"""The player's own instrument: pitched, whatever it is. Who plays drums is "drums"."""
INSTRUMENTS = (*LAYERS, YOU)
"""What a companion knows where its bundle names no others."""
RESOLUTION = 0.005
"""Seconds of a bin."""
TIME_BINS = 2001
"""Bins 0..2000; the last one stands for 10 s and more."""
FIRST_PIECE = 128
"""Tokens 0..127 are pitches, then come the drum pieces."""
START = FIRST_PIECE + len(DRUM_PIECES)
"""The token of the event that stands for the beginning."""
MAX_SECONDS = 86_400.0

PIECE_PITCHES = tuple(PIECE_PITCH[piece] for piece in DRUM_PIECES)
"""The pitch of each drum piece, by token."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `time`: seconds since the event before, 0..86400. `velocity` 0 ends the note.

    The pitch of drums is that of a piece (song.drums). UsageError names the wrong field; whether the
    instrument is known, the companion says.
    """

    instrument: str
    pitch: int
    time: float
    velocity: int

    def __post_init__(self) -> None:
        if not isinstance(self.instrument, str):
            raise UsageError(f"instrument: {shown(self.instrument)} is not a name", field="instrument")
        check_whole("pitch", self.pitch, 0, 127)
        check_seconds("time", self.time)
        check_whole("velocity", self.velocity, 0, 127)


def check_whole(field: str, value: object, low: int, high: int) -> int:
    """`value` where it is a whole number in low..high; UsageError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"{field}: {shown(value)} is not a whole number from {low} to {high}", field=field)
    return value


def check_seconds(field: str, value: object, infinite: bool = False) -> float:
    """`value` where it is a number of seconds, 0 to 86400 (or infinite, where that is allowed)."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else -1.0
    if 0 <= number <= MAX_SECONDS or (infinite and number == math.inf):
        return float(number)
    raise UsageError(
        f"{field}: {shown(value)} is not a number of seconds, 0 to {MAX_SECONDS:.0f}", field=field
    )


def token_of(instrument: str, pitch: int) -> int:
    """The token of a pitch 0..127 on an instrument: for drums that of the piece which it stands for."""
    return FIRST_PIECE + piece_of(pitch) if is_drums(instrument) else pitch


def pitch_of(token: int) -> int:
    """The pitch that a token stands for."""
    return token if token < FIRST_PIECE else PIECE_PITCHES[token - FIRST_PIECE]


def next_bin(late: float, seconds: float) -> tuple[int, float]:
    """(bin, late) of an event `seconds` after another which lay `late` seconds behind its own bin's place.

    |late| is at most half a bin, and 0 after the last bin, which holds all longer times.
    """
    at = late + seconds
    number = math.floor(at / RESOLUTION + 0.5)
    if number >= TIME_BINS - 1:
        return TIME_BINS - 1, 0.0
    return max(0, number), at - max(0, number) * RESOLUTION
