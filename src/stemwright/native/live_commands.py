"""What goes to the live graph's audio side and comes from it, as arrays of records; `live.Graph` posts and
reads them.

The layouts are those of cpp/live/command.h. A command holds at its absolute sample: blocks are split there,
and commands of one sample hold in the order of posting. A sample that is over means at once, unless the flag
ON_TIME says that the command is dropped and reported LATE. Commands of a ticket other than 0 are reported
APPLIED, with the sample at which they were, and can be cancelled until then. What cancels at once (NOW) does
so before anything else that is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, IntFlag
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, shown

Records = npt.NDArray[np.void]
"""A structured array [n] of COMMAND, REPORT or MIDI."""

NOW = -1
"""The sample of a command that is to hold at once."""
NO_NODE = 0xFFFF
CLICK_ACCENT, CLICK_BEAT = 76, 77
"""Pitches of the two sounds of a click node."""
MOST_FRACTION = 1 << 32
"""What numerator (times 256) and denominator of a loop's period stay below."""

COMMAND = np.dtype(
    [
        ("at", "<i8"),
        ("op", "<u2"),
        ("node", "<u2"),
        ("ticket", "<u4"),
        ("index", "<i4"),
        ("flags", "<u4"),
        ("value", "<f8"),
        ("value2", "<f8"),
        ("divisor", "<u4"),
        ("unused", "<u4"),
    ]
)
REPORT = np.dtype(
    [
        ("at", "<i8"),
        ("what", "<u2"),
        ("node", "<u2"),
        ("ticket", "<u4"),
        ("index", "<i4"),
        ("op", "<u4"),
        ("value", "<f8"),
    ]
)
MIDI = np.dtype([("sample", "<i8"), ("port", "<u2"), ("length", "<u2"), ("bytes", "u1", (12,))])
METER = np.dtype([("peak", "<f4"), ("rms", "<f4")])


class Op(IntEnum):
    """What a command does."""

    SET = 1
    LAUNCH = 2
    STOP = 3
    NOTE = 4
    MIDI = 5
    PLAN = 6
    CANCEL = 7
    RECORD = 8
    ALL_OFF = 9
    PULSE = 10


class Flag(IntFlag):
    """How a command holds."""

    NONE = 0
    ON_TIME = 1
    LOOP = 2
    SOFT = 4


class What(IntEnum):
    """What a report says; `index` and `value` as written here.

    APPLIED: a command with a ticket held (`op`, `index` are its; of CANCEL `value` counts what was dropped).
    LATE: one with ON_TIME was dropped. ENDED: a player's clip (`index`) is over, from `at` on. OVERRUN: a
    recorder's ring was full, `value` frames from `at` on are lost. XRUN: `index` blocks came too late,
    `value` frames were lost. DROPPED: `value` things of the kind `index` (see `Lost`). RETIRED: the plan
    `index` is no longer used. BAD_INPUT: `value` samples of an input were no numbers or beyond +24 dBFS, and
    were taken as silence. FAILED: a timbre (`index`: see `Failure`) gives silence.
    """

    APPLIED = 1
    LATE = 2
    ENDED = 3
    OVERRUN = 4
    XRUN = 5
    DROPPED = 6
    RETIRED = 7
    BAD_INPUT = 8
    FAILED = 9


class Failure(IntEnum):
    """What a report of FAILED is about. REFUSED: a graph did not run, and the timbre is silent from then on;
    NO_NUMBERS: what it made was none for a hop, and it begins anew.
    """

    REFUSED = 1
    NO_NUMBERS = 2


class Lost(IntEnum):
    """What a report of DROPPED is about: reports, MIDI messages out, bytes of MIDI in, notes."""

    REPORTS = 1
    MIDI_OUT = 2
    MIDI_IN = 3
    NOTES = 4


class Parameter(IntEnum):
    """What SET changes of a strip; a cv has its level alone, 0."""

    GAIN = 0
    PAN = 1
    MUTE = 2
    LOW_PASS = 3
    HIGH_PASS = 4


class TimbreParameter(IntEnum):
    """What SET changes of a timbre: how much of it is heard, 0 to 1; how fast its latent wanders, 0 to 1,
    from .25 on without what flows in; from LATENT on, what is added to each number of the latent, -8 to 8.
    """

    BLEND = 0
    WALK = 1
    LATENT = 2


def joined(commands: Iterable[Records]) -> Records:
    """Commands in a row, to be posted together."""
    given = list(commands)
    return np.concatenate(given) if given else np.zeros(0, COMMAND)


def command(
    op: Op,
    *,
    at: int = NOW,
    node: int = NO_NODE,
    ticket: int = 0,
    index: int = 0,
    flags: Flag = Flag.NONE,
    value: float = 0.0,
    value2: float = 0.0,
    divisor: int = 0,
) -> Records:
    """One command as an array [1]; UsageError where a field does not hold its value."""
    made = np.zeros(1, COMMAND)
    try:
        made[0] = (at, op, node, ticket, index, flags, value, value2, divisor, 0)
    except (OverflowError, ValueError, TypeError) as error:
        raise UsageError(f"{Op(op).name}: {error}") from None
    return made


def set_to(
    node: int,
    parameter: Parameter | int,
    value: float,
    *,
    at: int = NOW,
    ticket: int = 0,
    flags: Flag = Flag.NONE,
    glide: int = 0,
) -> Records:
    """A parameter of a strip goes to `value` within 5 ms: gain 0 to 16, pan -1 to 1, mute 0 or 1, cutoffs in
    Hz from 10 to .49 of the rate, 0: off. Or the level of a cv, -1 to 1, at once or along a line of `glide`
    samples.
    """
    return command(
        Op.SET, at=at, node=node, ticket=ticket, index=parameter, flags=flags, value=value, value2=glide
    )


def launch(
    node: int,
    clip: int,
    *,
    at: int = NOW,
    ticket: int = 0,
    flags: Flag = Flag.NONE,
    offset: int = 0,
    period: Fraction | int = 0,
) -> Records:
    """A player begins a clip at its frame `offset`; what it plays fades in 5 ms.

    With Flag.LOOP over and over, every `period` frames (0: the clip's): pass k begins k periods after the
    first one, rounded half up, however long it plays. Flag.SOFT: it fades in.
    """
    exact = Fraction(period)
    if exact.numerator >= MOST_FRACTION << 8 or exact.denominator >= MOST_FRACTION:
        raise UsageError(f"period: {shown(period)} is not a fraction of numbers that fit")
    return command(
        Op.LAUNCH,
        at=at,
        node=node,
        ticket=ticket,
        index=clip,
        flags=flags,
        value=offset,
        value2=exact.numerator,
        divisor=exact.denominator,
    )


def stop(node: int, *, at: int = NOW, ticket: int = 0, flags: Flag = Flag.NONE) -> Records:
    """What a player plays fades in 5 ms."""
    return command(Op.STOP, at=at, node=node, ticket=ticket, flags=flags)


def note(
    node: int,
    pitch: int,
    velocity: int,
    *,
    at: int = NOW,
    channel: int = 0,
    length: int = 0,
    ticket: int = 0,
    flags: Flag = Flag.NONE,
) -> Records:
    """A note of voices, click or midi nodes begins, or ends where `velocity` is 0.

    With a `length` in samples the audio side ends it by itself, whatever becomes of Python. A note that
    sounds already is ended first.
    """
    if not (0 <= pitch <= 127 and 0 <= velocity <= 127 and 0 <= channel <= 15):
        raise UsageError(
            f"note: pitch {shown(pitch)}, velocity {shown(velocity)} or channel {shown(channel)} "
            "is out of range"
        )
    packed = pitch | velocity << 8 | channel << 16
    return command(Op.NOTE, at=at, node=node, ticket=ticket, index=packed, flags=flags, value=length)


def midi(node: int, message: bytes, *, at: int = NOW, ticket: int = 0, flags: Flag = Flag.NONE) -> Records:
    """A message of one to three bytes goes out of a midi node's port as it is."""
    if not 1 <= len(message) <= 3:
        raise UsageError(f"midi: a message of {len(message)} bytes is not of 1 to 3")
    packed = int.from_bytes(message, "little")
    return command(Op.MIDI, at=at, node=node, ticket=ticket, index=packed, flags=flags)


def plan(number: int, *, at: int = NOW, ticket: int = 0, flags: Flag = Flag.NONE) -> Records:
    """A plan becomes the current one. Nodes that it lacks fall silent at once, so fade them before."""
    return command(Op.PLAN, at=at, ticket=ticket, index=number, flags=flags)


def cancel(ticket: int, *, at: int = NOW, own_ticket: int = 0) -> Records:
    """What has not yet been applied of a ticket is dropped."""
    return command(Op.CANCEL, at=at, ticket=own_ticket, index=ticket)


def record(node: int, on: bool, *, at: int = NOW, ticket: int = 0, flags: Flag = Flag.NONE) -> Records:
    """A tap begins or stops to record, at that very sample; it is in the plan by then."""
    return command(Op.RECORD, at=at, node=node, ticket=ticket, index=int(on), flags=flags)


def all_off(node: int = NO_NODE, *, at: int = NOW, ticket: int = 0) -> Records:
    """Every note that sounds is ended, and pedals and controllers of the channels used are reset; of a node,
    or of all. Notes that were posted for later still come: cancel their tickets."""
    return command(Op.ALL_OFF, at=at, node=node, ticket=ticket)


def pulse(
    node: int, level: float, samples: int, *, at: int = NOW, ticket: int = 0, flags: Flag = Flag.NONE
) -> Records:
    """A cv goes to a level, -1 to 1, for so many samples, and then back to what it holds."""
    return command(Op.PULSE, at=at, node=node, ticket=ticket, flags=flags, value=level, value2=samples)
