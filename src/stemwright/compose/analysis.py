"""Key and chords of given notes: the key by Krumhansl's profiles, the chords by template matching.

C. Krumhansl, Cognitive Foundations of Musical Pitch, Oxford University Press 1990: the two profiles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.grid import grid_of
from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Chord, Key
from stemwright.song.layers import is_drums
from stemwright.song.meter import Meter
from stemwright.song.score import Score

_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
_TEMPLATES = (("", (0, 4, 7)), ("m", (0, 3, 7)), ("7", (0, 4, 7, 10)), ("m7", (0, 3, 7, 10)),
              ("maj7", (0, 4, 7, 11)),
              ("dim", (0, 3, 6)), ("sus4", (0, 5, 7)), ("5", (0, 7)))  # fmt: skip
_CANDIDATES = [(root, quality, tones) for root in range(12) for quality, tones in _TEMPLATES]
_LEAD_WEIGHT = 0.6

# What `settled_chords` adds to a chord's value; 1 is a beat that one note fills.
_FOREIGN = -0.5  # a tone outside the key
_PLAIN = {"": 0.15, "m": 0.15, "5": -0.3, "sus4": -0.3}
_DEGREES = {0: 0.2, 3: 0.1, 4: 0.1}  # of the scale
_CHANGE = {"bar": 0.4, "half": 1.2, "beat": 3.0}  # what a change costs there


def profile(scores: Mapping[str, Score]) -> NDArray[np.float64]:
    """Ticks each pitch class sounds, drums aside; [12]."""
    out = np.zeros(12)
    for name, score in scores.items():
        for n in () if is_drums(name) else score.notes:
            out[n.pitch % 12] += n.duration
    return out


def find_key(weights: NDArray[np.float64]) -> Key:
    """The key whose Krumhansl profile correlates best; C major where nothing sounds."""
    if weights.sum() <= 0 or np.ptp(weights) == 0:
        return Key("C", "major")
    keys = (Key.from_pc(tonic, mode) for tonic in range(12) for mode in ("minor", "major"))
    return max(keys, key=lambda key: key_correlation(weights, key))


def key_correlation(weights: NDArray[np.float64], key: Key) -> float:
    """Correlation of pitch classes' weights [12] with the profile of a major or minor key."""
    shape = _MAJOR if key.mode == "major" else _MINOR
    return float(np.corrcoef(weights, np.roll(shape, key.tonic_pc))[0, 1])


def find_chords(
    scores: Mapping[str, Score], lines: BarLines, bars: int, key: Key
) -> tuple[Chord | None, ...]:
    """One chord per beat, each beat on its own (it hears a little of its neighbours); None for silence."""
    heard, bass = _heard(scores, _beat_ticks(lines, bars))
    best = _values(heard, bass).argmax(axis=1)
    return tuple(
        _chord(int(index), key) if heard[beat].sum() > 0 else None for beat, index in enumerate(best)
    )


def settled_chords(scores: Mapping[str, Score], lines: BarLines, bars: int, key: Key) -> tuple[Chord, ...]:
    """One chord per beat to accompany the notes with; () where nothing but drums sounds.

    The best path through the beats: a chord gains by its tones that sound and by its place in the key, and
    changing costs little where a bar begins and more inside it. Rests keep the chord around them.
    """
    beats = _beat_ticks(lines, bars)
    heard, bass = _heard(scores, beats)
    if not heard.any():
        return ()
    gains = _values(heard, bass) / np.diff(beats)[:, None] + _leanings(key)
    costs = [cost for bar in range(bars) for cost in _change_costs(lines.meter_of(bar))]
    total = gains[0]
    back = np.zeros(gains.shape, np.int64)
    for beat in range(1, len(gains)):
        source = int(total.argmax())
        change = total[source] - costs[beat]
        back[beat] = np.where(total >= change, np.arange(len(total)), source)
        total = np.maximum(total, change) + gains[beat]
    path = [int(total.argmax())]
    for beat in range(len(gains) - 1, 0, -1):
        path.append(int(back[beat, path[-1]]))
    return tuple(_chord(index, key) for index in reversed(path))


def _beat_ticks(lines: BarLines, bars: int) -> list[int]:
    """Where the beats of a song begin, and where the last one ends; [beats + 1]."""
    return [lines.beat_tick(beat) for beat in range(lines.beat(bars) + 1)]


def _heard(
    scores: Mapping[str, Score], beats: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ticks each pitch class sounds in each beat, of all pitched layers and of the bass; [beats, 12] each.
    `beats`: as of `_beat_ticks`.
    """
    shape = len(beats) - 1, 12
    heard, bass = np.zeros(shape), np.zeros(shape)
    for name, score in scores.items():
        if is_drums(name):
            continue
        own = _sounding(score, beats)
        heard += own * (_LEAD_WEIGHT if name == "lead" else 1.0)
        bass += own if name == "bass" else 0.0
    return heard, bass


def _sounding(score: Score, beats: Sequence[int]) -> NDArray[np.float64]:
    """Ticks each pitch class of a score sounds in each beat; [beats, 12]."""
    edges = np.zeros((len(beats) - 1, 12))  # what the first and the last beat of a note get
    steps = np.zeros((len(beats), 12))  # summed up: how often a pitch class holds the whole of a beat
    for n in score.notes:
        end = min(n.end, beats[-1])
        if n.onset >= end:
            continue
        first, last, pc = bisect_right(beats, n.onset) - 1, bisect_right(beats, end - 1) - 1, n.pitch % 12
        if first == last:
            edges[first, pc] += end - n.onset
            continue
        edges[first, pc] += beats[first + 1] - n.onset
        edges[last, pc] += end - beats[last]
        steps[first + 1, pc] += 1
        steps[last, pc] -= 1
    whole: NDArray[np.float64] = edges + steps.cumsum(axis=0)[:-1] * np.diff(beats)[:, None]
    return whole


def _values(heard: NDArray[np.float64], bass: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each candidate fits each beat; [beats, candidates]."""
    around = np.zeros_like(heard)
    around[1:] += heard[:-1]
    around[:-1] += heard[1:]
    shapes = np.array(
        [[1.0 if (pc - root) % 12 in tones else -0.6 for pc in range(12)] for root, _, tones in _CANDIDATES]
    )
    size = np.array([len(tones) ** 0.4 for _, _, tones in _CANDIDATES])
    fit: NDArray[np.float64] = (heard + 0.3 * around) @ shapes.T / size
    return fit + 0.5 * bass[:, [root for root, _, _ in _CANDIDATES]]


def _leanings(key: Key) -> NDArray[np.float64]:
    """What each candidate gains by its place in the key, per beat."""
    scale = key.pitch_classes
    out = []
    for root, quality, tones in _CANDIDATES:
        foreign = sum((root + tone) % 12 not in scale for tone in tones)
        degree = _DEGREES.get(scale.index(root), 0.0) if root in scale else 0.0
        out.append(_FOREIGN * foreign + _PLAIN.get(quality, 0.0) + degree)
    return np.array(out)


def _change_costs(meter: Meter) -> list[float]:
    """What a change of chord costs at each beat of a bar."""
    grid = grid_of(meter)
    half = grid.halves() // grid.beat_steps
    costs = [_CHANGE["beat"]] * meter.beats_per_bar
    if half:
        costs[half] = _CHANGE["half"]
    costs[0] = _CHANGE["bar"]
    return costs


def _chord(index: int, key: Key) -> Chord:
    root, quality, _ = _CANDIDATES[index]
    return Chord(key.spell(root), quality)
