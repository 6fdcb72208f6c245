"""Samba: does a bar have what its drums and bass are known by?

Conventions. Only 4/4, told in sixteenths: two bars of the 2/4 that samba is written in, so the surdo answers
on 2 and on 4. Every pattern says of each bar whether it has it [bars].

- *surdo*: low tom on 2 and on 4, and neither on 1 nor on 3, or softer there.
- *tamborim*: a hard, high piece (TAMBORIM) with TELECO strokes, at least CROSSING of them on the second or
  the last sixteenth of a beat, and not the same on every beat: teleco-teco and its kin.
- *ganza*: hats, ride and shaker together on at least RUNNING of the sixteenths.
- *bass*: on at least two beats, 1 among them, and on at least two last sixteenths before a beat.

Control: Groove MIDI's Brazilian grooves; few of them have a surdo or a tamborim, as one person plays them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stemwright.evaluation.symbolic.bars import GHOST, Bools, layers_of, notes_of, share
from stemwright.evaluation.symbolic.fills import grids
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.drums import DRUM_PIECES
from stemwright.song.score import PPQ

TAMBORIM = ("rim", "snare", "clap", "bell", "percussion", "high_tom")
SHAKERS = ("closed_hat", "pedal_hat", "open_hat", "ride", "percussion")
TELECO = (6, 12)
CROSSING = 2
RUNNING = 14
_STEPS = 16


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song has drums, and is in 4/4."""
    if not layers_of(song, "drums"):
        raise ValueError(f"{song.name}: has no drums")
    if str(song.state.meter) != "4/4":
        raise ValueError(f"{song.name}: {song.state.meter} has no samba; its patterns are those of 4/4")


def surdo(song: SymbolicSong) -> Bools:
    """Bars in which the surdo answers [bars]."""
    loud = _struck(song)[:, DRUM_PIECES.index("low_tom"), ::4]
    answers = np.minimum(loud[:, 1], loud[:, 3])
    return np.asarray((answers >= GHOST) & (np.maximum(loud[:, 0], loud[:, 2]) < answers))


def tamborim(song: SymbolicSong) -> Bools:
    """Bars with a syncopated line of sixteenths [bars]."""
    found = np.zeros(song.state.bars, dtype=bool)
    for piece in TAMBORIM:
        line = _struck(song)[:, DRUM_PIECES.index(piece)] >= GHOST
        strokes, crossing = line.sum(axis=1), line[:, 1::2].sum(axis=1)
        beats = line.reshape(-1, 4, 4)
        alike = (beats == beats[:, :1]).all(axis=(1, 2))
        found |= (strokes >= TELECO[0]) & (strokes <= TELECO[1]) & (crossing >= CROSSING) & ~alike
    return found


def ganza(song: SymbolicSong) -> Bools:
    """Bars in which sixteenths run [bars]."""
    shaken = _struck(song)[:, [DRUM_PIECES.index(piece) for piece in SHAKERS]] > 0
    return np.asarray(shaken.any(axis=1).sum(axis=1) >= RUNNING)


def bass(song: SymbolicSong) -> Bools:
    """Bars with a samba's bass [bars]."""
    validate(song)
    steps = (np.unique(notes_of(song, "bass")[:, 0]) + PPQ // 8) // (PPQ // 4)
    made = np.zeros(song.state.bars * _STEPS, dtype=bool)
    made[steps[steps < len(made)]] = True
    line = made.reshape(-1, _STEPS)
    beats, before = line[:, ::4], line[:, 3::4]
    return np.asarray(beats[:, 0] & (beats.sum(axis=1) >= 2) & (before.sum(axis=1) >= 2))


PATTERNS: dict[str, tuple[str, Callable[[SymbolicSong], Bools]]] = {
    "surdo": ("drums", surdo),
    "tamborim": ("drums", tamborim),
    "ganza": ("drums", ganza),
    "bass": ("bass", bass),
}
"""Of each pattern, the kind of layers that play it."""


def evaluate(song: SymbolicSong, judged: Bools | None = None) -> OrderedDict[str, float | None]:
    """The share of the judged bars [bars], all by default, that have each pattern; None without its layer."""
    validate(song)
    return OrderedDict(
        (name, share(pattern(song), judged) if layers_of(song, kind) else None)
        for name, (kind, pattern) in PATTERNS.items()
    )


def _struck(song: SymbolicSong) -> NDArray[np.int64]:
    """How loud each piece is struck on each sixteenth [bars, pieces, 16]."""
    validate(song)
    return grids(song)
