"""Recorded drums as strokes on a grid: where, what, how loud, how late; swing and ghosts found by ear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low

from stemwright.compose.grid import STEP
from stemwright.compose.learned.drums import GROUPS, LIMBS, REST, rate
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.rhythm import STRAIGHT, swung
from stemwright.song.score import PPQ, Note

STEPS = 16
SHUFFLE = Fraction(2, 3)
LOOSEST = 6
"""Ticks that strokes may be off the grid on average: beyond it they are in thirty-seconds, or in no time."""
_HATS = ("closed_hat", "open_hat")
_RIDES = ("ride", "bell")
_TOMS = ("low_tom", "mid_tom", "high_tom")


@dataclass(frozen=True, slots=True)
class Stroke:
    """`step` 0..15 of the bar, `late` ticks; `soft`: a ghost, or a soft kick."""

    bar: int
    step: int
    piece: str
    velocity: int
    late: int
    soft: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Drums by bar. `usual`: the median velocity of each group's strokes that are not soft."""

    bars: tuple[tuple[Stroke, ...], ...]
    usual: Mapping[str, int]


def heard(notes: Iterable[Note], bars: int) -> Heard | None:
    """What is played in so many bars of 4/4; None where it fits neither straight nor shuffled sixteenths."""
    found = list(notes)
    if not found:
        return None
    grids = [_grid(STRAIGHT), _grid(SHUFFLE)]
    misses = [sum(abs(_nearest(note.onset, grid)[1]) for note in found) for grid in grids]
    grid = grids[misses[1] < misses[0]]
    if min(misses) > LOOSEST * len(found):
        return None
    strokes = []
    loud = _thresholds(found)
    for note in found:
        step, late = _nearest(note.onset, grid)
        piece = DRUM_PIECES[piece_of(note.pitch)]
        if step < bars * STEPS:
            soft = note.velocity < loud.get(piece, 0)
            strokes.append(Stroke(step // STEPS, step % STEPS, piece, note.velocity, late, soft))
    return Heard(_by_bar(strokes, bars), _usual(strokes))


def _grid(swing: Fraction) -> tuple[int, ...]:
    return (*(swung(step * STEP, swing) for step in range(4)), PPQ)


def _nearest(onset: int, grid: Sequence[int]) -> tuple[int, int]:
    """The sixteenth that an onset is nearest to, and how many ticks later it is."""
    beat, inside = divmod(onset, PPQ)
    step = min(range(5), key=lambda place: abs(inside - grid[place]))
    return 4 * beat + step, inside - grid[step]


def _thresholds(notes: Iterable[Note]) -> dict[str, int]:
    """Below which velocity a kick or a snare is soft: half of what its louder strokes are."""
    loud: dict[str, list[int]] = defaultdict(list)
    for note in notes:
        piece = DRUM_PIECES[piece_of(note.pitch)]
        if piece in ("kick", "snare"):
            loud[piece].append(note.velocity)
    return {piece: sorted(own)[len(own) * 4 // 5] // 2 for piece, own in loud.items()}


def _by_bar(strokes: Sequence[Stroke], bars: int) -> tuple[tuple[Stroke, ...], ...]:
    """Each piece once a step, at its loudest, in the order of steps."""
    best: dict[tuple[int, int, str], Stroke] = {}
    for stroke in strokes:
        place = (stroke.bar, stroke.step, stroke.piece)
        if place not in best or best[place].velocity < stroke.velocity:
            best[place] = stroke
    rows: list[list[Stroke]] = [[] for _ in range(bars)]
    for place in sorted(best):
        rows[place[0]].append(best[place])
    return tuple(map(tuple, rows))


def _usual(strokes: Sequence[Stroke]) -> dict[str, int]:
    by: dict[str, list[int]] = defaultdict(list)
    for stroke in strokes:
        if not stroke.soft:
            by[GROUPS[stroke.piece]].append(stroke.velocity)
    return {group: median_low(own) for group, own in by.items()}


@dataclass(frozen=True, slots=True)
class Cells:
    """A bar as cells by limb, four each. `hand`: "hat", "open" where most of its strokes are, "ride", "bell"
    where most of the ride's are; `rate` what it keeps.
    """

    limbs: Mapping[str, tuple[str, ...]]
    hand: str
    rate: str


def cells(bar: Sequence[Stroke]) -> Cells:
    """A bar's strokes as the cells of the limbs."""
    rides = sum(stroke.piece in _RIDES for stroke in bar)
    hats = sum(stroke.piece in _HATS for stroke in bar)
    hand = "ride" if rides > hats else "hat"
    rows = {limb: ["."] * STEPS for limb in LIMBS}
    for stroke in sorted(bar, key=lambda stroke: stroke.piece == "open_hat"):  # an open hat wins
        limb, mark = _mark(stroke, hand)
        if limb and not (limb == "snare" and rows[limb][stroke.step] == "x"):
            rows[limb][stroke.step] = mark
    limbs = {
        limb: tuple("".join(row[beat : beat + 4]) for beat in range(0, STEPS, 4))
        for limb, row in rows.items()
    }
    strokes = STEPS - rows["hand"].count(".")
    for mark, other in (("o", "open"), ("b", "bell")):
        hand = other if 2 * rows["hand"].count(mark) > strokes else hand
    return Cells(limbs, hand, rate(strokes))


def _mark(stroke: Stroke, hand: str) -> tuple[str, str]:
    """The limb and the mark of a stroke; "" for what no limb plays in this bar."""
    piece = stroke.piece
    if piece == "kick":
        return "kick", "s" if stroke.soft else "x"
    if piece in ("snare", "rim"):
        return "snare", "g" if stroke.soft else "x"
    if piece == "pedal_hat":
        return "foot", "x"
    if piece == "crash":  # in the place of the timekeeper
        return "hand", "x"
    if hand != "ride" and piece in _HATS:
        return "hand", "o" if piece == "open_hat" else "x"
    if hand == "ride" and piece in _RIDES:
        return "hand", "b" if piece == "bell" else "x"
    return "", REST[0]


def fills_in(played: Heard) -> frozenset[int]:
    """The bars that leave what is usually played: toms, or a timekeeper that falls silent."""
    toms = [sum(stroke.piece in _TOMS for stroke in bar) for bar in played.bars]
    hands = [sum(stroke.piece in (*_HATS, *_RIDES) for stroke in bar) for bar in played.bars]
    usual_toms, usual_hands = median_low(toms), median_low(hands)
    return frozenset(
        bar
        for bar in range(len(played.bars))
        if toms[bar] >= usual_toms + 2 or (usual_hands >= 4 and 3 * hands[bar] <= usual_hands)
    )
