"""Dynamics: are loud notes louder, do long notes hold?

Conventions. Notes are begin and release in seconds [N, 2], with pitch (or drum piece) and velocity [N]. Notes
that begin less than APART seconds after one another are one *instant*. Levels are RMS in dB below full scale.

- *velocity*: correlation of an instant's mean velocity and the level of its first ATTACK seconds. Timbres,
  chords and drum pieces differ in level by themselves, so both are taken less the mean of the instants of the
  same pitches (partial correlation). 1: level follows velocity; 0: it does not care.
- *hold*: level in the last quarter of a note of LONG seconds or more that begins alone, less that in its
  second quarter, in dB, the median. A plucked string falls; a note that is lost falls further than in a
  rendering.

Both belong beside a control: rooms, ringing notes and timbres with one layer bound them. Source: ours.
"""

from collections import Counter, OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import activity, checks

APART = 0.06
ATTACK = 0.1
LONG = 1.0
LEAST_INSTANTS = 8

Floats = NDArray[np.float64]


def validate(audio: ArrayLike, spans: ArrayLike, pitches: ArrayLike, velocities: ArrayLike) -> None:
    """ValueError unless audio and spans are as `checks` says and every span has a pitch and a velocity."""
    checks.mono(audio)
    checks.spans(spans)
    count = len(np.asarray(spans))
    if not len(np.asarray(pitches)) == len(np.asarray(velocities)) == count:
        raise ValueError(f"every one of {count} notes needs a pitch and a velocity")


def alone(spans: ArrayLike) -> NDArray[np.bool_]:
    """Which notes begin alone [N]."""
    begins = np.asarray(spans, dtype=np.float64).reshape(-1, 2)[:, 0]
    ordered = np.sort(begins)
    first = np.searchsorted(ordered, begins - APART, side="right")
    last = np.searchsorted(ordered, begins + APART, side="left")
    found: NDArray[np.bool_] = last - first == 1
    return found


def instants(
    spans: ArrayLike, pitches: ArrayLike, velocities: ArrayLike
) -> list[tuple[float, tuple[int, ...], float]]:
    """Begin, pitches and mean velocity of every instant, in order."""
    begins = np.asarray(spans, dtype=np.float64).reshape(-1, 2)[:, 0]
    order = np.argsort(begins, kind="stable")
    of, loud = np.asarray(pitches).astype(int), np.asarray(velocities, dtype=np.float64)
    edges = np.flatnonzero(np.diff(begins[order]) >= APART) + 1
    groups = [group for group in np.split(order, edges) if len(group)]
    return [(float(begins[g[0]]), tuple(sorted(of[g].tolist())), float(loud[g].mean())) for g in groups]


def velocity_correlation(
    audio: ArrayLike,
    spans: ArrayLike,
    pitches: ArrayLike,
    velocities: ArrayLike,
    sample_rate: int = 24000,
) -> float | None:
    """Partial correlation of velocity and level; None for fewer than LEAST_INSTANTS instants whose pitches
    come twice, or where all of these are of one velocity.
    """
    signal = np.asarray(audio, dtype=np.float64)
    found = instants(spans, pitches, velocities)
    counts = Counter(chord for _, chord, _ in found)
    found = [instant for instant in found if counts[instant[1]] > 1]
    if len(found) < LEAST_INSTANTS:
        return None
    size = round(ATTACK * sample_rate)
    starts = [round(begin * sample_rate) for begin, _, _ in found]
    levels = np.array([activity.level_db(signal[start : start + size]) for start in starts])
    chords = list(counts)
    place = np.array([chords.index(chord) for _, chord, _ in found])
    x, y = (_centred(values, place, len(chords)) for values in (np.array([v for _, _, v in found]), levels))
    if not float(np.abs(x).max()) > 0:
        return None
    size_of = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size_of if size_of > 0 else 0.0


def hold_db(audio: ArrayLike, spans: ArrayLike, sample_rate: int = 24000) -> float | None:
    """Median change of level within long notes, in dB; None without any."""
    signal = np.asarray(audio, dtype=np.float64)
    times = np.asarray(spans, dtype=np.float64).reshape(-1, 2)
    changes = []
    for begin, release in times[alone(times) & (times[:, 1] - times[:, 0] >= LONG)]:
        edges = np.rint(np.linspace(begin, min(release, len(signal) / sample_rate), 5) * sample_rate)
        second, third, fourth, end = edges[1:].astype(np.int64)
        late, early = activity.level_db(signal[fourth:end]), activity.level_db(signal[second:third])
        changes.append(late - early)
    return float(np.median(changes)) if changes else None


def evaluate(
    audio: ArrayLike,
    spans: ArrayLike,
    pitches: ArrayLike,
    velocities: ArrayLike,
    sample_rate: int = 24000,
) -> "OrderedDict[str, Any]":
    """velocity, hold_db."""
    validate(audio, spans, pitches, velocities)
    return OrderedDict(
        velocity=velocity_correlation(audio, spans, pitches, velocities, sample_rate),
        hold_db=hold_db(audio, spans, sample_rate),
    )


def _centred(values: Floats, place: NDArray[np.intp], groups: int) -> Floats:
    """Values less the mean of their group."""
    sums = np.bincount(place, weights=values, minlength=groups)
    counts = np.maximum(np.bincount(place, minlength=groups), 1)
    centred: Floats = values - (sums / counts)[place]
    return centred
