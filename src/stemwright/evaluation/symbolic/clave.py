"""Clave, surdo and tumbao: the patterns that Latin styles are built on.

Conventions. Only 4/4. A clave lies over two bars, told in eighths, or twice as fast over one bar, told in
sixteenths. Each timekeeping piece (CLAVE_PIECES) is compared, over every bar and every two neighbouring ones,
with every clave in both directions (three strokes first, or two): F1 of its strokes, each in the eighth or
sixteenth that it is nearest to. A bar *keeps clave* where it, or a pair of bars that it is in, reaches KEPT
with one piece.

- *surdo*: kick or low tom on 1 and 3, or on 2 and 4, with a pick-up an eighth before one of them, and at
  most BUSY strokes: the heartbeat of bossa and samba. *bossa_bass*: the same of the bass, on 1 and 3.
- *tumbao*: the bass on the "and" of 2 and on 4 and not on 1, as in son and salsa.

Control: Groove MIDI's Latin grooves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from stemwright.evaluation.symbolic.bars import (
    GHOST,
    OFF,
    Bools,
    at,
    layers_of,
    notes_of,
    per_bar,
    share,
    strokes,
)
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.score import PPQ
from stemwright.song.state import GlobalState

EIGHTH = PPQ // 2
CLAVES: dict[str, tuple[int, ...]] = {
    "son": (0, 3, 6, 10, 12),
    "rumba": (0, 3, 7, 10, 12),
    "bossa": (0, 3, 6, 10, 13),
    "partido alto": (1, 4, 7, 10, 12),
}
"""Of sixteen steps, three strokes (or the partido alto's bar) first."""
CLAVE_PIECES = ("rim", "percussion", "clap", "bell", "snare", "closed_hat", "high_tom")
KEPT = 0.8
BUSY = 6
_BEATS = (0, PPQ, 2 * PPQ, 3 * PPQ)


def validate(song: SymbolicSong) -> None:
    """ValueError unless the song is in 4/4."""
    if str(song.state.meter) != "4/4":
        raise ValueError(f"{song.name}: clave is looked for in 4/4 alone, the song is in {song.state.meter}")


def clave(song: SymbolicSong) -> Bools:
    """Bars that keep clave [bars]."""
    validate(song)
    kept = np.zeros(song.state.bars, dtype=bool)
    for piece in CLAVE_PIECES:
        onsets = strokes(song, (piece,), GHOST)
        slow, fast = _struck(song.state, onsets, EIGHTH), _struck(song.state, onsets, EIGHTH // 2)
        pairs = _fits(np.concatenate([slow[:-1], slow[1:]], axis=1))
        kept[:-1] |= pairs
        kept[1:] |= pairs
        kept |= _fits(fast)
    return kept


def surdo(song: SymbolicSong) -> Bools:
    """Bars with the surdo's heartbeat [bars]."""
    validate(song)
    return _heartbeat(song.state, strokes(song, ("kick", "low_tom")), ((0, 2), (1, 3)))


def tumbao(song: SymbolicSong) -> Bools:
    """Bars with a tumbao in the bass [bars]."""
    validate(song)
    onsets = np.unique(notes_of(song, "bass")[:, 0])
    on, off = at(song.state, onsets, _BEATS), at(song.state, onsets, _BEATS, OFF)
    return np.asarray(off[:, 1] & on[:, 3] & ~on[:, 0])


def bossa_bass(song: SymbolicSong) -> Bools:
    """Bars whose bass is the heartbeat of bossa [bars]."""
    validate(song)
    return _heartbeat(song.state, np.unique(notes_of(song, "bass")[:, 0]), ((0, 2),))


PATTERNS: dict[str, tuple[str, Callable[[SymbolicSong], Bools]]] = {
    "clave": ("drums", clave),
    "surdo": ("drums", surdo),
    "tumbao": ("bass", tumbao),
    "bossa_bass": ("bass", bossa_bass),
}
"""Of each pattern, the kind of layers that play it."""


def evaluate(song: SymbolicSong, judged: Bools | None = None) -> OrderedDict[str, float | None]:
    """The share of the judged bars [bars], all by default, that have each pattern; None without its layer."""
    validate(song)
    return OrderedDict(
        (name, share(pattern(song), judged) if layers_of(song, kind) else None)
        for name, (kind, pattern) in PATTERNS.items()
    )


def _struck(state: GlobalState, onsets: Ints, step: int) -> Bools:
    """Which steps of so many ticks in each bar have a stroke nearest to them [bars, steps]."""
    steps = state.meter.ticks_per_bar // step
    nearest = (onsets + step // 2) // step
    bars, places = np.divmod(nearest[nearest < state.bars * steps], steps)
    made = np.zeros((state.bars, steps), dtype=bool)
    made[bars, places] = True
    return made


def _fits(strokes_at: Bools) -> Bools:
    """Which rows [N, 16] are a clave."""
    return np.asarray(np.array([_f1(strokes_at, pattern) >= KEPT for pattern in _patterns()]).any(axis=0))


def _patterns() -> list[Bools]:
    """Every clave in both directions [16]."""
    made = []
    for strokes_at in CLAVES.values():
        pattern = np.zeros(16, dtype=bool)
        pattern[list(strokes_at)] = True
        made += [pattern, np.roll(pattern, 8)]
    return made


def _f1(rows: Bools, pattern: Bools) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """F1 of the strokes of rows [N, 16] against a clave [N]."""
    both = (rows & pattern).sum(axis=1)
    return np.asarray(2.0 * both / (rows.sum(axis=1) + pattern.sum()))


def _heartbeat(state: GlobalState, onsets: Ints, beats: tuple[tuple[int, int], ...]) -> Bools:
    """Bars with onsets on both beats of a pair and a pick-up an eighth before one of them [bars]."""
    on = at(state, onsets, _BEATS)
    off = at(state, onsets, _BEATS, OFF)
    made = np.zeros(state.bars, dtype=bool)
    for first, second in beats:
        made |= on[:, first] & on[:, second] & (off[:, (first - 1) % 4] | off[:, (second - 1) % 4])
    return made & (per_bar(state, onsets) <= BUSY)
