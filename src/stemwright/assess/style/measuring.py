"""All measures of a song's notes by one name each ("drums.backbeat"), and where it misses them.

Which bars are judged by patterns of drums, bass and comping: those of verses, choruses and whatever else
is neither intro nor outro nor bridge, without the last bar of a section, where fills and endings stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from stemwright.compose.form import family
from stemwright.evaluation.symbolic import (
    bass,
    blues,
    clashes,
    clave,
    comping,
    drums,
    endings,
    fills,
    melody,
    returns,
    samba,
    song_faults,
    swing,
)
from stemwright.evaluation.symbolic.bars import Bools, bar_of, notes_of, share
from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.sections import spans
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.layers import LAYERS
from stemwright.song.state import GlobalState

Values = Mapping[str, float | bool | None]

OUTSIDE = ("intro", "outro", "bridge")
"""Families of sections in which a style's groove may rest."""
_SWING = ("swing", "swing16", "spread_ms")


def judged_bars(state: GlobalState) -> Bools:
    """The bars [bars] in which the groove of the style is expected."""
    made = np.zeros(state.bars, dtype=bool)
    for first, bars, name in spans(state):
        if family(name) not in OUTSIDE:
            made[first : first + max(1, bars - 1)] = True
    return made


def bars_of_family(state: GlobalState, kind: str) -> Bools:
    """The bars [bars] of sections of a family, "verse" or "chorus"."""
    made = np.zeros(state.bars, dtype=bool)
    for first, bars, name in spans(state):
        made[first : first + bars] = family(name) == kind
    return made


def measures(song: SymbolicSong) -> dict[str, float | None]:
    """Every figure that the song has layers, a meter and chords for; None where nothing tells."""
    judged = judged_bars(song.state)
    chorus, verse = (bars_of_family(song.state, kind) for kind in ("chorus", "verse"))
    asked: dict[str, Callable[[], Values]] = {
        "drums": partial(drums.evaluate, song, judged),
        "clave": partial(clave.evaluate, song, judged),
        "samba": partial(samba.evaluate, song, judged),
        "groove": lambda: {key: value for key, value in swing.evaluate(song).items() if key in _SWING},
        "blues": partial(blues.evaluate, song),
        "bass": partial(bass.evaluate, song, judged),
        "comping": lambda: {**comping.evaluate(song), "skank": _skank(song, judged)},
        "fills": partial(fills.evaluate, song),
        "returns": partial(returns.evaluate, song, chorus, verse),
        "melody": partial(melody.evaluate, song),
        "endings": partial(endings.evaluate, song),
        "clashes": partial(clashes.evaluate, song),
        "faults": lambda: {"faults": float(len(song_faults.evaluate(song)))},
    }
    found: dict[str, float | None] = {}
    for subject, evaluate in asked.items():
        try:
            values = evaluate()
        except ValueError:  # the song lacks what this subject is about
            continue
        for key, value in values.items():
            found[f"{subject}.{key}"] = None if value is None else float(value)
    return found


def misses(song: SymbolicSong, measure: str) -> list[int]:
    """The bars (from 1) in which a song misses what a measure asks for; [] where that is not told by bars."""
    where = _WHERE.get(measure)
    if where is None:
        return []
    try:
        return sorted({int(bar) + 1 for bar in where(song)})
    except ValueError:
        return []


def _skank(song: SymbolicSong, judged: Bools) -> float | None:
    return share(comping.skank(song), judged) if drums.quarters(song.state.meter) else None


def _lacking(pattern: Callable[[SymbolicSong], Bools]) -> Callable[[SymbolicSong], Ints]:
    """The judged bars (from 0) that lack a pattern."""
    return lambda song: np.flatnonzero(judged_bars(song.state) & ~pattern(song))


def _off_kick(song: SymbolicSong) -> Ints:
    """Bars in which most bass notes are on no kick."""
    off, bars = ~bass.on_kick(song), bar_of(song.state, bass.line(song)[0])
    total = np.bincount(bars, minlength=song.state.bars)
    return np.flatnonzero(2 * np.bincount(bars[off], minlength=song.state.bars) > total)


def _not_walking(song: SymbolicSong) -> Ints:
    return np.flatnonzero(judged_bars(song.state) & (bass.new_on_beats(song).mean(axis=1) < 0.75))


def _not_root(song: SymbolicSong) -> Ints:
    judged, right = bass.root_on_one(song)
    return np.flatnonzero(judged & ~right)


def _high_or_low(song: SymbolicSong) -> Ints:
    rows = notes_of(song, "harmony")
    outside = (rows[:, 2] < comping.LOW) | (rows[:, 2] > comping.HIGH)
    return bar_of(song.state, rows[outside, 0])


def _wide(song: SymbolicSong) -> Ints:
    ticks, moved = comping.leaps(song)
    return bar_of(song.state, ticks[moved > comping.OCTAVE])


def _against(song: SymbolicSong) -> Ints:
    return bar_of(song.state, melody.line(song)[melody.unresolved(song)[1], 0])


def _clashing(song: SymbolicSong) -> Ints:
    return bar_of(song.state, np.flatnonzero(clashes.clashing(song)[1]) * clashes.EIGHTH)


def _astray(song: SymbolicSong) -> Ints:
    return np.array([bar for first in blues.choruses(song) for bar in blues.astray(song, first)])


_WHERE: dict[str, Callable[[SymbolicSong], Ints]] = {
    **{f"drums.{name}": _lacking(pattern) for name, pattern in drums.PATTERNS.items()},
    **{f"clave.{name}": _lacking(pattern) for name, (_, pattern) in clave.PATTERNS.items()},
    **{f"samba.{name}": _lacking(pattern) for name, (_, pattern) in samba.PATTERNS.items()},
    "comping.skank": _lacking(comping.skank),
    "bass.on_kick": _off_kick,
    "bass.walking": _not_walking,
    "bass.root_on_one": _not_root,
    "comping.register": _high_or_low,
    "comping.wide": _wide,
    "fills.fill_before": lambda song: np.array(
        [bar for bar, filled in fills.changes(song).items() if not filled]
    ),
    "fills.crash_at_beginnings": lambda song: bar_of(song.state, fills.misplaced(song)),
    "blues.twelve_bars": _astray,
    **{f"returns.{layer}_alike": partial(returns.changed, layer=layer) for layer in LAYERS},
    "melody.against": _against,
    "melody.silent": lambda song: np.flatnonzero(~melody.sounding(song)),
    "clashes.clashes": _clashing,
    "endings.ends": lambda song: np.array([song.state.bars - 1]),
}
