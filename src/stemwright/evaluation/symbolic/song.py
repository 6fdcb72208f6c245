"""A symbolic song: what every metric of this package takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from stemwright.song.score import Score
from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class SymbolicSong:
    """`scores` by layer, drums on the pitches of `song.drums.PIECE_PITCH`; `state` with chords or without.

    `composers`: who wrote it, () where nobody knows. `human`: whether its timing was played, not typeset.
    `chords_given`: whether the chords came with the data, not from the notes.
    """

    name: str
    state: GlobalState
    scores: Mapping[str, Score]
    composers: tuple[str, ...] = ()
    human: bool = False
    chords_given: bool = False
