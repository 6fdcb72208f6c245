"""Drums: does a bar have the beat that its style is known by?

Conventions. Every pattern says of each bar whether it has it [bars]. Ghost notes of the snare
(`bars.GHOST`) make no beat; a kick, a hat or a ride may be as soft as it likes. Patterns are of meters
that have them (`quarters`): 4/4, and 12/8, whose quarters are dotted; others have no figure.

- *backbeat*: snare, rim or clap on 2 and on 4.
- *half_time*: snare, rim or clap on 3 and neither on 2 nor on 4. *either*: this or the backbeat.
- *four_on_the_floor*: the kick on all four. *kick_on_one*: on 1.
- *one_drop*: kick and snare (or rim, clap) together on 3, no snare on 2 and 4: with no kick on 1 it is
  the one drop itself, with a kick on 1 rockers, with four kicks steppers.
- *hat_on_two_and_four*: a hi-hat, by hand or foot. *ride*: the ride on three beats at least and on an
  off-beat after 2 or 4.
- *offbeat_hat*: a hi-hat on at least three of four off-beats and on one beat at most, or an open one on
  three.
- *machine_gun*: no pattern but a fault: MOST_KICKS kicks or more in a bar.

Control: Groove MIDI's drummers in that style.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from stemwright.evaluation.symbolic.bars import (
    BEAT,
    GHOST,
    OFF,
    Bools,
    Window,
    at,
    layers_of,
    per_bar,
    share,
    strokes,
)
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ

Pattern = Callable[[SymbolicSong], Bools]

SNARES = ("snare", "rim", "clap")
HATS = ("closed_hat", "pedal_hat", "open_hat")
RIDES = ("ride", "bell")
MOST_KICKS = 10


def quarters(meter: Meter) -> tuple[int, ...]:
    """Ticks of the four beats of a bar; () for meters that have other beats than four."""
    if (meter.n, meter.d) == (4, 4):
        return tuple(range(0, 4 * PPQ, PPQ))
    if (meter.n, meter.d) == (12, 8):
        return tuple(range(0, 6 * PPQ, 3 * PPQ // 2))
    return ()


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has drums, and its meter four beats."""
    if not layers_of(song, "drums"):
        raise ValueError(f"{song.name}: has no drums")
    if not quarters(song.state.meter):
        raise ValueError(
            f"{song.name}: {song.state.meter} has no backbeat; patterns are those of 4/4 and 12/8"
        )


def beats(song: SymbolicSong, pieces: tuple[str, ...], window: Window = BEAT) -> Bools:
    """Whether some piece is struck in the window around each of the four beats of each bar [bars, 4]."""
    validate(song)
    quietest = GHOST if pieces == SNARES else 1
    return at(song.state, strokes(song, pieces, quietest), quarters(song.state.meter), window)


def backbeat(song: SymbolicSong) -> Bools:
    """Bars with a backbeat [bars]."""
    snare = beats(song, SNARES)
    return np.asarray(snare[:, 1] & snare[:, 3])


def half_time(song: SymbolicSong) -> Bools:
    """Bars in half time [bars]."""
    snare = beats(song, SNARES)
    return np.asarray(snare[:, 2] & ~snare[:, 1] & ~snare[:, 3])


def either(song: SymbolicSong) -> Bools:
    """Bars with a backbeat or in half time [bars]."""
    return np.asarray(backbeat(song) | half_time(song))


def four_on_the_floor(song: SymbolicSong) -> Bools:
    """Bars with a kick on every beat [bars]."""
    return np.asarray(beats(song, ("kick",)).all(axis=1))


def kick_on_one(song: SymbolicSong) -> Bools:
    """Bars that begin with a kick [bars]."""
    return np.asarray(beats(song, ("kick",))[:, 0])


def one_drop(song: SymbolicSong) -> Bools:
    """Bars with one drop, rockers or steppers [bars]."""
    return np.asarray(half_time(song) & beats(song, ("kick",))[:, 2])


def hat_on_two_and_four(song: SymbolicSong) -> Bools:
    """Bars with a hi-hat on 2 and 4 [bars]."""
    hats = beats(song, HATS)
    return np.asarray(hats[:, 1] & hats[:, 3])


def ride(song: SymbolicSong) -> Bools:
    """Bars with the ride of jazz [bars]."""
    on, off = beats(song, RIDES), beats(song, RIDES, OFF)
    return np.asarray((on.sum(axis=1) >= 3) & (off[:, 1] | off[:, 3]))


def offbeat_hat(song: SymbolicSong) -> Bools:
    """Bars with hi-hats between the beats, by themselves or open [bars]."""
    opened = beats(song, ("open_hat",), OFF).sum(axis=1) >= 3
    closed, on = beats(song, HATS, OFF), beats(song, HATS)
    return np.asarray(opened | ((closed.sum(axis=1) >= 3) & (on.sum(axis=1) <= 1)))


def machine_gun(song: SymbolicSong) -> Bools:
    """Bars with MOST_KICKS kicks or more [bars], in any meter."""
    return np.asarray(per_bar(song.state, strokes(song, ("kick",))) >= MOST_KICKS)


PATTERNS: dict[str, Pattern] = {
    "backbeat": backbeat,
    "half_time": half_time,
    "either": either,
    "four_on_the_floor": four_on_the_floor,
    "kick_on_one": kick_on_one,
    "one_drop": one_drop,
    "hat_on_two_and_four": hat_on_two_and_four,
    "ride": ride,
    "offbeat_hat": offbeat_hat,
    "machine_gun": machine_gun,
}


def evaluate(song: SymbolicSong, judged: Bools | None = None) -> OrderedDict[str, float | None]:
    """The share of the judged bars [bars], all by default, that have each pattern."""
    validate(song)
    return OrderedDict((name, share(pattern(song), judged)) for name, pattern in PATTERNS.items())
