"""How drums are printed: a place on the staff, a notehead and a voice for each piece.

As in N. Weinberg, Guide to Standardized Drumset Notation (1998): cymbals are crosses, what feet play has its
stems down.
"""

from __future__ import annotations

from typing import NamedTuple

from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of

HANDS, FEET = "1", "2"


class Place(NamedTuple):
    """Where a piece is printed, as on a staff with a treble clef; `head`: MusicXML's name of its notehead."""

    step: str
    octave: int
    head: str
    voice: str


PLACES: dict[str, Place] = {
    "kick": Place("F", 4, "normal", FEET),
    "snare": Place("C", 5, "normal", HANDS),
    "rim": Place("C", 5, "x", HANDS),
    "clap": Place("E", 5, "triangle", HANDS),
    "closed_hat": Place("G", 5, "x", HANDS),
    "pedal_hat": Place("D", 4, "x", FEET),
    "open_hat": Place("G", 5, "circle-x", HANDS),
    "low_tom": Place("A", 4, "normal", HANDS),
    "mid_tom": Place("D", 5, "normal", HANDS),
    "high_tom": Place("E", 5, "normal", HANDS),
    "crash": Place("A", 5, "x", HANDS),
    "ride": Place("F", 5, "x", HANDS),
    "bell": Place("F", 5, "diamond", HANDS),
    "percussion": Place("B", 5, "triangle", HANDS),
}
"""Piece -> how it is printed."""
_OTHER = {("C", 5, "slash"): "rim", ("F", 5, "normal"): "high_tom", ("B", 5, "x"): "crash"}
_CROSSES = ("x", "circle-x", "cross", "diamond", "circled")


def place_of(pitch: int) -> Place:
    """How a General MIDI drum is printed."""
    return PLACES[DRUM_PIECES[piece_of(pitch)]]


def drum_at(step: str, octave: int, head: str) -> int:
    """The pitch of the piece that is printed so: by place and notehead, else by the place alone."""
    known = _BY_PLACE.get((step, octave, head))
    if known is not None:
        return PIECE_PITCH[known]
    crossed = head in _CROSSES
    near = [
        piece
        for piece, place in PLACES.items()
        if (place.step, place.octave) == (step, octave) and (place.head in _CROSSES) == crossed
    ]
    return PIECE_PITCH[near[0] if near else "crash" if crossed else "percussion"]


_BY_PLACE = {(place.step, place.octave, place.head): piece for piece, place in PLACES.items()} | _OTHER
