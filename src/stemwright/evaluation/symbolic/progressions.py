"""Progressions: are a song's chords like those of real songs?

Conventions. A chord is its root, in semitones above the tonic, and the class of its quality (`CLASSES`): so
an inversion is the same chord, and a ninth is a seventh. A change is a beat with another chord than the one
before has, or where chords stop or begin again.

Counts of fixed bins, of each song; sets are compared by `histograms.evaluate`:

- *root*: semitones above the tonic, by beats.
- *quality*: the class, by beats.
- *bass*: semitones of the bass above the root, by beats; 0 is the root position.
- *motion*: semitones up from one chord's root to the next one's, by changes; 0 where only the class changes.
- *transition*: which chord follows which, root and class of both. Only the most common ones (`common`) have
  bins of their own, all others one together: with thousands of bins, small samples would lie far apart
  whoever wrote them.
- *place*: the beat of the bar on which a change falls; beyond 16 beats one bin.
- *rate*: how many changes a bar has, 8 and more in one bin.

What has no chord ("N.C.") counts in *place* and *rate* alone.

Figures of one song:

- *in_key*: share of beats whose chord has all its tones, its bass among them, in the key's scale as its mode
  has it (so a minor key's usual dominant is outside). *richer*: share of beats whose chord has more than
  three tones. Both of the beats that have a chord.
- *no_chord*: share of beats without one. *changes*: changes a bar.
- *repeated*, *unlike*: share of beats that have the same chord in two sections, of one material and of
  different ones (`sections`); None where no section returns.
- *tonic*: 1 where the last chord is on the tonic, else 0.

Control: real songs. Floor: `shuffled.shuffled_chords`, of root, motion, transition and place; it keeps how
often qualities, basses and changes are.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.sections import section_pairs
from stemwright.song.harmony import QUALITIES, Chord
from stemwright.song.state import GlobalState

CLASSES = (
    "major", "major 7th", "minor", "minor 7th", "dominant", "diminished", "half-diminished", "augmented",
    "suspended", "power",
)  # fmt: skip
NAMES = ("root", "quality", "bass", "motion", "transition", "place", "rate")
COMMON = 48
"""Transitions that have a bin of their own."""
BEATS = 16
MOST_CHANGES = 8

_NONE = -1
_KINDS = 12 * len(CLASSES)
SIZE = _KINDS + 1
"""Of the numbers of `sequence`."""


def validate(state: GlobalState) -> None:
    """ValueError unless the song's chords are decided."""
    if not state.chords:
        raise ValueError("the song's chords are not decided; there is nothing to measure")


def class_of(quality: str) -> str:
    """The class of a quality (a key of `QUALITIES`), by its third, its fifth and its seventh."""
    tones = {step % 12 for step in QUALITIES[quality]}
    if 4 in tones:
        if 10 in tones:
            return "dominant"
        if 8 in tones and 7 not in tones:
            return "augmented"
        return "major" if len(tones) == 3 else "major 7th"
    if 3 in tones:
        if 6 in tones and 7 not in tones:
            return "half-diminished" if 10 in tones else "diminished"
        return "minor" if len(tones) == 3 else "minor 7th"
    return "suspended" if len(tones) > 2 else "power"


_CLASS = {quality: CLASSES.index(class_of(quality)) for quality in QUALITIES}


def common(states: Iterable[GlobalState], most: int = COMMON) -> tuple[int, ...]:
    """The transitions that these songs have most often, in order of their numbers."""
    found = Counter(move for state in states for move in _transitions(_kinds(state)).tolist())
    often = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]
    return tuple(sorted(move for move, _ in often))


def sequence(state: GlobalState) -> list[int]:
    """The song's chords in order: root and class of each as one number below `SIZE`, 0 for none."""
    validate(state)
    kinds = _kinds(state)
    return (kinds[[0, *_changes(kinds)]] - _NONE).tolist()  # type: ignore[no-any-return]


def counts(state: GlobalState, moves: Sequence[int]) -> "OrderedDict[str, Ints]":
    """The histograms of a song; `moves`: the transitions with a bin of their own (`common`), in order."""
    validate(state)
    kinds = _kinds(state)
    heard = kinds[kinds != _NONE]
    bass = [(chord.bass_pc - chord.root_pc) % 12 for chord in state.chords if chord is not None]
    before, after = np.divmod(_transitions(kinds), _KINDS)
    steps = (after // len(CLASSES) - before // len(CLASSES)) % 12
    bars, beats = np.divmod(_changes(kinds), state.meter.beats_per_bar)
    of_bar = np.bincount(bars, minlength=state.bars)
    named = np.array(moves, dtype=np.int64)
    told = _transitions(kinds)
    bins = np.where(np.isin(told, named), np.searchsorted(named, told), len(named))
    return OrderedDict(
        root=np.bincount(heard // len(CLASSES), minlength=12),
        quality=np.bincount(heard % len(CLASSES), minlength=len(CLASSES)),
        bass=np.bincount(np.array(bass, dtype=np.int64), minlength=12),
        motion=np.bincount(steps, minlength=12),
        transition=np.bincount(bins, minlength=len(named) + 1),
        place=np.bincount(np.minimum(beats, BEATS), minlength=BEATS + 1),
        rate=np.bincount(np.minimum(of_bar, MOST_CHANGES), minlength=MOST_CHANGES + 1),
    )


def evaluate(state: GlobalState) -> "OrderedDict[str, float | None]":
    """in_key, richer, no_chord, changes, repeated, unlike, tonic; None where nothing tells."""
    validate(state)
    kinds = _kinds(state)
    heard = [chord for chord in state.chords if chord is not None]
    last = kinds[kinds != _NONE][-1:]
    repeated, unlike = _returns(state, kinds)
    return OrderedDict(
        in_key=_share([_inside(chord, state) for chord in heard]),
        richer=_share([len(chord.pitch_classes) > 3 for chord in heard]),
        no_chord=float((kinds == _NONE).mean()),
        changes=len(_changes(kinds)) / state.bars,
        repeated=repeated,
        unlike=unlike,
        tonic=_share((last // len(CLASSES) == 0).tolist()),
    )


def _kinds(state: GlobalState) -> Ints:
    """Root and class of every beat's chord as one number, _NONE without one [beats]."""
    tonic = state.key.tonic_pc
    return np.array(
        [
            _NONE if chord is None else (chord.root_pc - tonic) % 12 * len(CLASSES) + _CLASS[chord.quality]
            for chord in state.chords
        ],
        dtype=np.int64,
    )


def _changes(kinds: Ints) -> Ints:
    """The beats on which the chord is another than before [changes]; the song's begin is none."""
    return np.flatnonzero(kinds[1:] != kinds[:-1]) + 1


def _transitions(kinds: Ints) -> Ints:
    """Every change from chord to chord as one number: from * _KINDS + to [changes]."""
    at = _changes(kinds)
    before, after = kinds[at - 1], kinds[at]
    both = (before != _NONE) & (after != _NONE)
    return np.asarray(before[both] * _KINDS + after[both])


def _inside(chord: Chord, state: GlobalState) -> bool:
    return {*chord.pitch_classes, chord.bass_pc} <= set(state.key.pitch_classes)


def _returns(state: GlobalState, kinds: Ints) -> tuple[float | None, float | None]:
    """Share of equal beats of sections of one material, and of different ones."""
    equal: dict[bool, list[bool]] = {True: [], False: []}
    beats = state.meter.beats_per_bar
    for first, second, bars, material in section_pairs(state):
        one, other = (kinds[bar * beats : (bar + bars) * beats] for bar in (first, second))
        equal[material] += (one == other).tolist()
    return _share(equal[True]), _share(equal[False])


def _share(hits: Sequence[bool]) -> float | None:
    return float(np.mean(hits)) if hits else None
