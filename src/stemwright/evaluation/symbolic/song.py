"""A symbolic song: what every metric of this package takes."""

from dataclasses import dataclass

from stemwright.song.piece import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolicSong(Piece):
    """Drums are on the pitches of `song.drums.PIECE_PITCH`; the state is with chords or without.

    `composers`: who wrote it, () where nobody knows. `human`: whether its timing was played, not typeset.
    `chords_given`: whether the chords came with the data, not from the notes.
    """

    name: str
    composers: tuple[str, ...] = ()
    human: bool = False
    chords_given: bool = False
