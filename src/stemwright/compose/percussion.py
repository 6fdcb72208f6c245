"""Percussion beside the drums: shaker, tambourine, congas and bells on the places that the kit leaves.

What plays them is a kit whose pieces are these: shaker (closed_hat), cabasa (pedal_hat), tambourine
(open_hat), congas (low_tom, mid_tom, high_tom), claves (rim), bells (bell, percussion), triangle (ride).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stemwright.compose.ensemble import FULL, Seat
from stemwright.compose.feel import finish, loudness, place
from stemwright.compose.patterns import fit
from stemwright.compose.plan import BarPlan
from stemwright.compose.style import Groove
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.score import Note, Score

Grooves = Mapping[str, Sequence[Groove]]

_SHAKER = Groove({"closed_hat": "xsxsxsxsxsxsxsxs"})
_TAMBOURINE = Groove({"open_hat": "....x.......x..."})
_CONGAS = Groove(
    {"high_tom": "....x.........s.", "mid_tom": "..s.......s.x.x.", "low_tom": "........s......."}
)
_USUAL: dict[str, Grooves] = {
    "shaker": {"sparse": (Groove({"closed_hat": "..x...x...x...x."}),), "verse": (_SHAKER,)},
    "tambourine": {
        "verse": (_TAMBOURINE,),
        "chorus": (Groove({"open_hat": "s.s.x.s.s.s.x.s."}), _TAMBOURINE),
    },
    "congas": {"verse": (_CONGAS,), "chorus": (_CONGAS,)},
    "percussion": {
        "sparse": (Groove({"closed_hat": "..x...x...x...x."}),),
        "verse": (_SHAKER, _CONGAS),
        "chorus": (
            Groove({**_SHAKER.parts, **_TAMBOURINE.parts}),
            Groove({**_CONGAS.parts, **_TAMBOURINE.parts}),
            Groove({**_SHAKER.parts, **_CONGAS.parts}),
        ),
    },
}
_HATS = {42, 44, 46, 51, 53}
_SKINS = {38, 40, 37, 39, 41, 43, 45, 47, 48, 50}
_TIMED = ("closed_hat", "pedal_hat", "ride")
_TOMS = ("low_tom", "mid_tom", "high_tom")
_TRIM = {"closed_hat": -8, "pedal_hat": -8, "open_hat": -2, "ride": -10, "bell": -6, "percussion": -6}


def write_percussion(seat: Seat) -> Score:
    """The score of a percussion part."""
    grooves = _grooves(seat)
    written = seat.plan.style.percussion if grooves is seat.plan.style.percussion else {}
    notes: list[Note] = []
    for bar in seat.plan.bars:
        presence = seat.presence(bar, written)
        choices = grooves.get(bar.level) or grooves.get("verse") or ()
        if bar.final and bar.index:
            notes += _strikes(seat, bar, {(0, "low_tom"): 2, (0, "open_hat"): 2})
        elif presence and choices:
            groove = seat.material_stream(bar, "groove").pick(choices)
            notes += _strikes(seat, bar, _played(seat, bar, groove, presence == FULL))
    return finish(notes, seat.plan.total_ticks)


def _grooves(seat: Seat) -> Grooves:
    """The style's own where it has some; those of a shaker, congas or a tambourine are always theirs."""
    name = seat.name.rstrip("0123456789").rstrip("-_")
    if name not in _USUAL or name == "percussion":
        return seat.plan.style.percussion or _USUAL["percussion"]
    return _USUAL[name]


def _played(seat: Seat, bar: BarPlan, groove: Groove, full: bool) -> dict[tuple[int, str], int]:
    """What is struck in a bar, piece and step -> level: softly where the drums' hats are, no skin where
    theirs are, and no bell that they strike too; lightly, all but the first piece pause in each other bar.
    """
    drums = {step: {note.pitch for note in notes} for step, notes in seat.onsets("drums", bar).items()}
    out: dict[tuple[int, str], int] = {}
    for number, (piece, pattern) in enumerate(groove.parts.items()):
        if number and not full and bar.bar % 2 == 0:
            continue
        for hit in fit(pattern, bar.grid, bar.bar, seat.plan.style.triple, piece in _TIMED):
            there = drums.get(hit.step, set())
            level = hit.level
            double = piece not in _TIMED and PIECE_PITCH[piece] in there
            if double or (piece in _TOMS and there & _SKINS and hit.level < 3):
                continue
            if piece in _TIMED and there & _HATS:
                level = max(0, level - 1)
            out[hit.step, piece] = level
    return out


def _strikes(seat: Seat, bar: BarPlan, struck: Mapping[tuple[int, str], int]) -> list[Note]:
    stream = seat.bar_stream(bar, "feel")
    notes: list[Note] = []
    for (step, piece), level in sorted(struck.items()):
        onset = place(seat.plan, bar, step, stream, "drums")
        velocity = loudness(level, bar, step, stream, _TRIM.get(piece, 0) if level else 0)
        notes.append(Note(onset, 20, PIECE_PITCH[piece], velocity))
    return notes
