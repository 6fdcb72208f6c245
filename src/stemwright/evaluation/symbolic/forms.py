"""Forms: are a song's sections like those of real songs?

Conventions. Sections of one name are of one material (`sections.spans`); a section returns where its material
was heard before. A chorus is what is called one, or a drop.

Counts of fixed bins, of each song; sets are compared by `histograms.evaluate`:

- *sections*: how many a song has, beyond MOST in one bin.
- *lengths*: bars of a section, by sections, beyond LONGEST in one bin.
- *cadence*: semitones of the root of a section's last chord above the tonic, by sections but the last one;
  all zero where chords are not decided.

Figures of one song: *sections*, *bars* of a section; *returning*: share of bars in sections that return;
*chorus*: share of bars in choruses; *home* and *half*: share of sections, but the last one, that end on the
tonic and on the fifth degree; *tonic*: 1 where the last chord is on the tonic, else 0. None where nothing
tells.

Control: real songs, and two halves of them. There is no floor: a form that is shuffled keeps its lengths.
"""

from collections import OrderedDict

import numpy as np

from stemwright.evaluation.symbolic.onset_grid import Ints
from stemwright.evaluation.symbolic.sections import spans
from stemwright.song.state import GlobalState

NAMES = ("sections", "lengths", "cadence")
MOST, LONGEST = 24, 40
CHORUSES = ("chorus", "drop")


def counts(state: GlobalState) -> "OrderedDict[str, Ints]":
    """The histograms of a song."""
    lengths = [min(section.bars, LONGEST) for section in state.sections]
    return OrderedDict(
        sections=np.bincount([min(len(lengths), MOST)], minlength=MOST + 1),
        lengths=np.bincount(lengths, minlength=LONGEST + 1),
        cadence=np.bincount(np.array(_ends(state)[:-1], dtype=np.int64), minlength=12),
    )


def evaluate(state: GlobalState) -> "OrderedDict[str, float | None]":
    """sections, bars, returning, chorus, home, half, tonic."""
    found = spans(state)
    heard: set[str] = set()
    returning = chorus = 0
    for _, bars, name in found:
        returning += bars * (name in heard)
        chorus += bars * (name in CHORUSES)
        heard.add(name)
    ends = _ends(state)
    inner = ends[:-1]
    return OrderedDict(
        sections=float(len(found)),
        bars=state.bars / len(found),
        returning=returning / state.bars,
        chorus=chorus / state.bars,
        home=inner.count(0) / len(inner) if inner else None,
        half=inner.count(7) / len(inner) if inner else None,
        tonic=float(ends[-1] == 0) if ends else None,
    )


def _ends(state: GlobalState) -> list[int]:
    """Semitones of the root of every section's last chord above the tonic; none where one has no chord."""
    if not state.chords:
        return []
    last = [state.chords_of(first + bars - 1)[-1] for first, bars, _ in spans(state)]
    return [(chord.root_pc - state.key.tonic_pc) % 12 for chord in last if chord is not None]
