"""Control attributes: what a layer does in each bar, as numbers that a composer can be asked for.

Of one layer and bar; a note belongs to the bar in which it begins, NaN where a bar has nothing to tell.

- *density*: notes (drums: hits) a quarter note. 0 in an empty bar.
- *register*: mean pitch. NaN for drums.
- *polyphony*: notes that sound at once, the mean over the time in which any does; notes held over from the
  bar before count. Drums: hits that begin together, the mean over onsets.
- *syncopation*: after Longuet-Higgins and Lee (Music Perception 1(4), 1984): an onset after which a stronger
  place of the bar passes without one is a syncopation, as strong as the difference of the two places; the
  next bar's start counts as the strongest. Their sum a quarter note. Places are sixteenths, as strong as
  `grid_of(meter)` has them; triplets and swung notes are read as straight ones.
- *swing*: how long after a quarter's first onset its second eighth falls, in quarters (.5 straight, 2/3 a
  triplet's): the mean of quarters that have an onset at their begin and one more, .43 to .74 later. NaN in
  meters that count in eighths.
- *velocity*: mean velocity, 1..127.
- *length*: mean duration in quarter notes. NaN for drums.

Pure functions of numpy alone: used for training, for conditioning and for measuring, always this one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.grid import grid_of
from stemwright.errors import UsageError
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Score

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ATTRIBUTES = ("density", "register", "polyphony", "syncopation", "swing", "velocity", "length")
SAME = 12
"""Ticks within which an onset belongs to a quarter's begin."""
SECOND_EIGHTH = (0.43, 0.74)

_STRAIGHT = np.array([0] * 13 + [1] * 27 + [2] * 29 + [3] * 16 + [4] * 11, dtype=np.int64)
"""The sixteenth that each tick of a quarter is heard as: 32 as the second, 64 as the third."""


def attributes(score: Score, layer: str, meter: Meter, bars: int) -> dict[str, Floats]:
    """Every one of ATTRIBUTES by bar [bars]. Notes that begin later than `bars` do not count.

    UsageError where `bars` is below 1.
    """
    if bars < 1:
        raise UsageError(f"bars: {bars} given; give 1 or more")
    per_bar = meter.ticks_per_bar
    rows = [(n.onset, n.end, n.pitch, n.velocity) for n in score.notes if n.onset < bars * per_bar]
    notes = np.array(rows, dtype=np.int64).reshape(-1, 4)
    which = notes[:, 0] // per_bar
    drums = is_drums(layer)
    unknown = np.full(bars, np.nan)
    lengths = (notes[:, 1] - notes[:, 0]) / PPQ
    together = _hits_at_once if drums else _sounding_at_once
    return {
        "density": np.bincount(which, minlength=bars) / (per_bar / PPQ),
        "register": unknown if drums else _means(which, notes[:, 2], bars),
        "polyphony": together(notes, per_bar, bars),
        "syncopation": syncopation(notes[:, 0], meter, bars),
        "swing": swing(notes[:, 0], meter, bars),
        "velocity": _means(which, notes[:, 3], bars),
        "length": unknown.copy() if drums else _means(which, lengths, bars),
    }


def straight_steps(onsets: Ints, meter: Meter) -> Ints:
    """The sixteenth of the song that each onset [N] is heard as, triplets and swung notes as straight ones.

    In meters that count in eighths or sixteenths it is the nearest one.
    """
    bars, inside = np.divmod(onsets, meter.ticks_per_bar)
    if meter.d <= 4:
        quarters, rest = np.divmod(inside, PPQ)
        steps = quarters * 4 + _STRAIGHT[rest]
    else:
        steps = (inside + 11) // 24
    return np.asarray(bars * meter.steps_per_bar + steps)


def syncopation(onsets: Ints, meter: Meter, bars: int) -> Floats:
    """Longuet-Higgins and Lee's syncopation a quarter note, by the bar of the note [bars]; NaN without notes.

    A note that leads into silence is judged up to the next bar's start.
    """
    steps = np.unique(straight_steps(onsets, meter))
    steps = steps[steps < bars * meter.steps_per_bar]
    if not steps.size:
        return np.full(bars, np.nan)
    strengths = np.array(grid_of(meter).strengths, dtype=np.int64)
    per_bar = len(strengths)
    total, heard = np.zeros(bars), np.zeros(bars, dtype=bool)
    following = [*steps[1:].tolist(), bars * per_bar + 1]
    for step, after in zip(steps.tolist(), following, strict=True):
        bar, place = divmod(step, per_bar)
        heard[bar] = True
        passed = [*strengths[place + 1 : after - bar * per_bar].tolist()]
        if after > (bar + 1) * per_bar:
            passed.append(int(strengths[0]))
        total[bar] += max(0, max(passed, default=0) - int(strengths[place]))
    return np.where(heard, total / (meter.ticks_per_bar / PPQ), np.nan)


def swing(onsets: Ints, meter: Meter, bars: int) -> Floats:
    """How long after the first the second eighths fall (of a quarter), by bar [bars]; NaN if none tells."""
    if meter.d > 4:
        return np.full(bars, np.nan)
    ticks = np.unique(onsets)
    if not ticks.size:
        return np.full(bars, np.nan)
    quarters = (ticks + SAME) // PPQ
    inside = ticks - quarters * PPQ
    starts = np.flatnonzero(np.append(True, quarters[1:] != quarters[:-1]))
    inner = inside > SAME
    places = (np.add.reduceat(np.where(inner, inside, 0), starts) - inside[starts]) / PPQ
    alone = (inside[starts] <= SAME) & (np.add.reduceat(inner.astype(np.int64), starts) == 1)
    tells = alone & (places >= SECOND_EIGHTH[0]) & (places <= SECOND_EIGHTH[1])
    which = quarters[starts] * PPQ // meter.ticks_per_bar
    return _means(which[tells & (which < bars)], places[tells & (which < bars)], bars)


def _sounding_at_once(notes: Ints, per_bar: int, bars: int) -> Floats:
    """Ticks of all notes in each bar over the ticks in which any sounds [bars]; NaN where none does."""
    total, taken = np.zeros(bars), np.zeros(bars)
    reach = 0
    for onset, end, _, _ in notes.tolist():  # in order of onsets
        for bar in range(onset // per_bar, min(-(-end // per_bar), bars)):
            first, last = max(onset, bar * per_bar), min(end, (bar + 1) * per_bar)
            total[bar] += last - first
            taken[bar] += max(0, last - max(first, reach))
        reach = max(reach, end)
    return np.asarray(np.divide(total, taken, out=np.full(bars, np.nan), where=taken > 0))


def _hits_at_once(notes: Ints, per_bar: int, bars: int) -> Floats:
    """Hits over onsets, those within SAME ticks one onset [bars]; NaN without hits."""
    hits = np.bincount(notes[:, 0] // per_bar, minlength=bars).astype(np.float64)
    ticks = np.unique(notes[:, 0])
    apart = np.append(True, ticks[1:] - ticks[:-1] > SAME)[: len(ticks)]
    new_bar = np.append(True, ticks[1:] // per_bar > ticks[:-1] // per_bar)[: len(ticks)]
    onsets = np.bincount(ticks[apart | new_bar] // per_bar, minlength=bars)
    return np.asarray(np.divide(hits, onsets, out=np.full(bars, np.nan), where=onsets > 0))


def _means(which: Ints, values: Ints | Floats, bars: int) -> Floats:
    """The mean of `values` by bar [bars]; NaN for bars that have none."""
    sums, counts = np.bincount(which, values, bars), np.bincount(which, minlength=bars)
    return np.asarray(np.divide(sums, counts, out=np.full(bars, np.nan), where=counts > 0))
