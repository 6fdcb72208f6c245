"""Notes by the composer for some bars of a song, all other notes of which stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.producer.seeds import layer_seed
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState
    from stemwright.symbolic.composer.composer import Composer, Wishes
    from stemwright.symbolic.composer.draft import Draft, Place


@dataclass(frozen=True, slots=True)
class Gap:
    """What is to be written: bars (from 0) of layers, one a part, and of the chords where `chords` says so.
    Of the layers `unheard` the composer is told nothing in these bars.
    """

    layers: tuple[str, ...]
    bars: range
    chords: bool = False
    unheard: tuple[str, ...] = ()


def fill(
    composer: Composer,
    state: GlobalState,
    standing: Mapping[str, Score],
    gap: Gap,
    seed: int,
    wishes: Wishes,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> tuple[GlobalState, dict[str, Score]]:
    """The state and the scores of the gap's layers once it is filled, to the scores that stand in the song.

    A layer of a part whose name it does not bear has the seed of its own that its name gives it: two leads do
    not play in unison. UsageError where two of the layers are of one part, or the wishes cannot be met.
    """
    from stemwright.symbolic.composer.draft import CHORDS

    draft, parts = _draft(state, standing, gap)
    places: list[Place] = [(part, bar) for part in parts.values() for bar in gap.bars]
    places += [(CHORDS, bar) for bar in gap.bars if gap.chords]
    own = next((name for name in gap.layers if name not in LAYERS), None)
    composer.write(draft, places, layer_seed(seed, own, 1) if own else seed, wishes, progress)
    if gap.chords:
        state = state.with_(chords=tuple(chord for bar in draft.chords for chord in (bar or ())))
    return state, {
        name: _merged(standing.get(name, Score()), draft, part, gap.bars) for name, part in parts.items()
    }


def _draft(state: GlobalState, standing: Mapping[str, Score], gap: Gap) -> tuple[Draft, dict[str, int]]:
    """A draft of what is heard and of the layers to be written, and the part of each of those.

    The composer knows one layer a part: a second one of a part that is written is not heard.
    """
    from stemwright.symbolic.composer.draft import Draft
    from stemwright.symbolic.events.vocabulary import PARTS, part_of

    parts = {name: part_of(name) for name in gap.layers}
    if len(set(parts.values())) < len(parts):
        twice = next(n for n in gap.layers if sum(parts[n] == part for part in parts.values()) > 1)
        raise UsageError(
            f"layer {twice!r}: two layers of the part {PARTS[parts[twice]]!r} cannot be composed at once; "
            "name the one layer to write",
            field="layer",
        )
    heard = {n: s for n, s in standing.items() if n in gap.layers or part_of(n) not in parts.values()}
    for name in heard.keys() & set(gap.unheard):
        heard[name] = Score(tuple(outside(heard[name], gap.bars, state)))
    draft = Draft.of(state, heard)
    told = {part_of(name) for name in heard if name not in gap.unheard}
    draft = draft.without((part, bar) for part in draft.notes if part not in told for bar in gap.bars)
    for part in parts.values():
        draft.notes.setdefault(part, [None] * state.bars)
    return draft, parts


def _merged(old: Score, draft: Draft, part: int, bars: range) -> Score:
    """The new notes of the bars, and the old ones elsewhere as they were."""
    fresh = [note for bar in bars for note in draft.notes[part][bar] or ()]
    return Score.from_notes([*outside(old, bars, draft.state), *fresh])


def outside(score: Score, bars: range, state: GlobalState) -> Iterable[Note]:
    """A score's notes that begin in other bars."""
    return (note for note in score.notes if state.bar_of_tick(note.onset) not in bars)
