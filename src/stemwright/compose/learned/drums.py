"""What is counted of drummers, and in which contexts: the words that those who count and who draw share.

A limb plays *cells*: four marks, the sixteenths of a quarter. Kick: `x`, softly `s`; snare: `x`, a ghost `g`;
hand (hats or the ride, whichever keeps the time): `x`, `o` an open hat, `b` the bell; foot (the pedal hat):
`x`; `.` is a rest. A cell is drawn *first* from what stands before it; or it is *again* what is usual there
(lag 2), or in the second of two bars what is usual in the first (lag 1), as often as drummers keep to it, or
leaves it. A whole *bar*, all limbs, is drawn where a style's own drummers have bars that fit what is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

TABLE = "drums"
ANY = "any"
"""The player who is all players."""
NONE = "none"
"""No player: drums as written, by a machine."""
PLAYERS: Mapping[str, tuple[str, ...]] = {
    "rock": ("rock",),
    "pop": ("pop", "gospel"),
    "funk": ("funk",),
    "hiphop": ("hiphop",),
    "jazz": ("jazz",),
    "latin": ("latin", "afrocuban"),
    "afrobeat": ("afrobeat", "highlife"),
    "soul": ("soul",),
    "reggae": ("reggae",),
    "blues": ("blues",),
    "country": ("country",),
    "punk": ("punk",),
    "neworleans": ("neworleans",),
    "dance": ("dance",),
}
"""Players and the first words of Groove MIDI's styles that they learned from; `ANY` learned from all."""
LIMBS = ("kick", "snare", "hand", "foot")
"""In the order in which a beat's cells are drawn."""
MARKS = {"kick": ".sx", "snare": ".gx", "hand": ".xob", "foot": ".x"}
REST = "...."
KEPT = "1"
"""Of a cell: it is as it was; "0": it is not."""
START = "^"
"""What stands before a bar's first beat, and before a fill."""
HOLDS = (68, 78)
"""Percent of a recording's cells that are its usual ones: a third of all lie below these, a third above."""
RATES = (5, 10)
"""Most strokes of the hand in a bar of quarters, and in one of eighths; above are sixteenths."""
LOUD, SOFT = 4, 6
"""Velocities in a step of an accent or a wander, and of a fill's swell."""
FORCE = 92
"""The mean velocity of a fill that is neither soft nor loud."""

FILL_PIECES = {
    "k": "kick", "s": "snare", "g": "snare", "r": "rim", "h": "high_tom", "m": "mid_tom", "l": "low_tom",
    "o": "open_hat", "c": "crash", "x": "closed_hat", "d": "ride",
}  # fmt: skip
"""The letters of a fill's steps: a step is the letters of what is struck together, in this order, or `.`;
`g` is a ghost of the snare."""

GROUPS = {
    "kick": "kick", "snare": "snare", "rim": "rim", "clap": "rim", "closed_hat": "hat",
    "pedal_hat": "foot", "open_hat": "open", "low_tom": "tom", "mid_tom": "tom", "high_tom": "tom",
    "crash": "open", "ride": "ride", "bell": "bell", "percussion": "hat",
}  # fmt: skip
"""Pieces that are struck alike: they share loudness and timing."""


_LEADERS = {"ride": 0, "bell": 1, "hat": 2, "open": 3, "snare": 4, "rim": 5, "kick": 6, "tom": 7}


def player_of(style: str) -> str:
    """The player who learns from a groove of Groove MIDI's style ("latin brazilian-samba")."""
    word = style.split()[0] if style.split() else ""
    return next((player for player, words in PLAYERS.items() if word in words), ANY)


def rate(strokes: int) -> str:
    """What the hand keeps: "4" quarters, "8" eighths, "6" sixteenths."""
    return "4" if strokes <= RATES[0] else "8" if strokes <= RATES[1] else "6"


def busy(limb: str, strokes: int) -> str:
    """How busy a limb is with so many kicks or ghosts in a bar: "0", "1" or "2"."""
    few, some = (2, 4) if limb == "kick" else (0, 2)
    return "0" if strokes <= few else "1" if strokes <= some else "2"


Bar = Mapping[str, tuple[str, ...]]
"""A bar as cells by limb, four each."""


def bar_text(bar: Bar) -> str:
    """A whole bar as a symbol: the limbs' marks, in the order of LIMBS."""
    return "/".join("".join(bar[limb]) for limb in LIMBS)


def text_bar(text: str) -> Bar:
    """The bar of a symbol."""
    rows = zip(LIMBS, text.split("/"), strict=True)
    return {limb: tuple(row[start : start + 4] for start in range(0, len(row), 4)) for limb, row in rows}


def bar_contexts(player: str, hand: str) -> tuple[str, ...]:
    """The contexts of a whole bar. `hand`: what keeps the time, as the first part of a hand's kind."""
    return _of(player, hand)


def kind_of(limb: str, bar: Bar, hand: str) -> str:
    """How busy kick and snare are in a bar; of hand and foot, what the hand strikes and at which rate."""
    if limb == "snare":
        return busy(limb, sum(cell.count("g") for cell in bar[limb]))
    if limb == "kick":
        return busy(limb, sum(4 - cell.count(".") for cell in bar[limb]))
    return hand + rate(sum(4 - cell.count(".") for cell in bar["hand"]))


@lru_cache(maxsize=4096)
def fitting(limb: str, wanted: str, kind: str = "") -> frozenset[str]:
    """The cells of a limb that a mask of four marks allows: `?` anything, `+` a stroke, `~` none but a soft
    one, any other mark itself. `kind` (`Place`): on a ride nothing opens, on a hat no bell is.
    """
    none = "" if limb != "hand" else "o" if kind.startswith("ride") else "b"
    choices = [[mark for mark in MARKS[limb] if _fits(mark, want) and mark != none] for want in wanted]
    return frozenset("".join(cell) for cell in product(*choices))


def _fits(mark: str, want: str) -> bool:
    if want == "+":
        return mark != "."
    return want == "?" or (mark in ".gs" if want == "~" else mark == want)


def least(limb: str, wanted: str) -> str:
    """The emptiest cell that a mask allows."""
    return "".join({"?": ".", "~": ".", "+": "x"}.get(want, want) for want in wanted)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell is drawn. `beat` 0..3 of the bar; `before`: the limb's cell of the beat before; `heard`:
    what other limbs do on this beat (`heard_by`); `kind`: how busy the limb is, or hat or ride and the rate.
    """

    player: str
    limb: str
    beat: int
    kind: str
    before: str
    heard: str


def heard_by(limb: str, cells: Mapping[str, str]) -> str:
    """What a limb hears of a beat: the kick the backbeat, the snare the kick, the hand both, the foot the
    hand. `cells`: those of the beat by limb.
    """
    if limb == "kick":
        return cells.get("snare", REST).replace("g", ".")
    if limb == "snare":
        return cells.get("kick", REST).replace("s", "x")
    if limb == "hand":
        both = zip(cells.get("kick", REST), cells.get("snare", REST).replace("g", "."), strict=True)
        return "".join("s" if snare != "." else "k" if kick != "." else "." for kick, snare in both)
    return cells.get("hand", REST)


def first(at: Place) -> tuple[str, ...]:
    """The contexts of a cell that repeats nothing, the particular first."""
    full, less = f"{at.kind}|{at.beat}|{at.before}|{at.heard}", f"{at.kind}|{at.beat}|{at.before}"
    return (*_of(at.player, full, less), f"{ANY}|{at.kind}|{at.beat}", f"{ANY}|")


def keep_contexts(limb: str, lag: int, beat: int, model: str, moved: bool, hold: str) -> tuple[str, ...]:
    """The contexts of whether (KEPT) a cell is the `model`, what is usual there or a bar before, all players
    together: they repeat alike. `moved`: whether something else has just left its model (`moving`); `hold`:
    how much the drummer repeats himself (`holding`).
    """
    where = f"{limb}|{lag}{int(moved)}{hold}"
    return f"{where}|{beat}|{model}", f"{where}|{model}", f"{where}|{len(model) - model.count('.')}", where


def changed(lag: int, model: str) -> tuple[str, ...]:
    """The contexts of a cell that leaves its model."""
    return f"{ANY}|a{lag}|{model}", f"{ANY}|a|{model}"


def again(at: Place, lag: int, model: str) -> tuple[str, ...]:
    """The contexts of a cell that leaves its model: `changed`, then `first`."""
    return (*changed(lag, model), *first(at))


def is_changed(contexts: Sequence[str]) -> bool:
    """Whether contexts are those of `changed` (or of `again`)."""
    return contexts[0].partition("|")[2].startswith("a")


def holding(same: int, cells: int) -> str:
    """How much a drummer repeats himself who plays so many of so many cells as is usual in the recording: "0"
    he wanders, "1" as most do, "2" he holds on to what he plays.
    """
    low, high = HOLDS
    return "0" if 100 * same < low * cells else "1" if 100 * same < high * cells else "2"


def moving(limb: str, beat_before: bool, this_beat: bool) -> bool:
    """Whether something has just left its model: for the limb drawn first in the beat before, for others in
    this one.
    """
    return beat_before if limb == LIMBS[0] else this_beat


def _of(player: str, *contexts: str) -> tuple[str, ...]:
    """Contexts of a player, each followed by the same of all players: where he has told little, they tell
    more than what is less particular of him.
    """
    names = (player, ANY) if player != ANY else (ANY,)
    return tuple(f"{name}|{context}" for context in contexts for name in names)


def busy_contexts(player: str, limb: str) -> tuple[str, ...]:
    """The contexts of how busy a limb is."""
    return _of(player, limb)


def hold_contexts(player: str) -> tuple[str, ...]:
    """The contexts of how much a drummer repeats himself in a song."""
    return _of(player, "")


def fill_contexts(step: int, before: Sequence[str]) -> tuple[str, ...]:
    """The contexts of a fill's step (0..15 of its bar); how one fills is a drummer's, not a style's (a style
    says with what, how long and how loud). `before`: the steps since the fill began.
    """
    two, one = (START, START, *before)[-2:]
    return f"{step % 4}|{two}|{one}", f"{step % 4}|{one}", f"{step % 4}", ""


def force_contexts(player: str) -> tuple[str, ...]:
    """The contexts of how loud a whole fill is beside FORCE."""
    return _of(player, "")


def accent_contexts(
    player: str, group: str, soft: bool, step: int, beat_before: int | None, step_before: int | None
) -> tuple[str, ...]:
    """The contexts of how loud a group of pieces is on a step of the bar (0..15) beside what it usually is.
    `beat_before`, `step_before`: its accents a quarter and two sixteenths before, None for none.
    """
    where = f"{group}{int(soft)}|{step % 4}"
    near = (beat_before, _third(step_before)) if beat_before is not None else (START, step_before)
    return (
        *_of(player, f"{where}|{near[0]}|{near[1]}"),
        f"{ANY}|{where}|{near[0]}",
        *_of(player, f"{where}|{_third(beat_before)}|{_third(step_before)}", where),
        f"{ANY}|",
    )


def _third(accent: int | None) -> str:
    return START if accent is None else "-" if accent < -1 else "+" if accent > 1 else "0"


def wander_contexts(group: str, soft: bool, before: int) -> tuple[str, ...]:
    """The contexts of how far a stroke is from its accent. `before`: how far the group's last one was."""
    return (f"{group}{int(soft)}|{before}", f"{group}{int(soft)}", "")


def leading(pieces: Sequence[str]) -> str:
    """Which of the pieces that are struck together leads: the hand's, then the snare, then the kick."""
    return min(pieces, key=lambda piece: (_LEADERS.get(GROUPS[piece], 9), piece))


def lean_contexts(player: str, group: str, step: int, near: int | None) -> tuple[str, ...]:
    """The contexts of how late (ticks) a group of pieces always is on a step of the bar. `near`: how late it
    is a quarter before, None for none.
    """
    where = f"{group}|{step % 4}"
    return (*_of(player, f"{where}|{START if near is None else near}", where), f"{ANY}|")


def clock_contexts(before: int) -> tuple[str, ...]:
    """The contexts of how late the leading stroke of a step is beside its lean. `before`: the last step's."""
    return f"{before}", ""


def apart_contexts(group: str) -> tuple[str, ...]:
    """The contexts of how late a stroke is beside its lean and the leading one struck with it."""
    return group, ""


def swell_contexts(group: str, step: int, before: int) -> tuple[str, ...]:
    """The contexts of how loud a fill's stroke is beside the whole fill. `before`: the last stroke's."""
    return f"{group}|{step}|{before}", f"{group}|{step}", group, ""
