"""The skeleton of a written groove: what a drummer keeps of it, and where there is room.

Kept are: every accent of kick and snare, every loud stroke of the snare, kicks on the beats and most others,
a kick on all four beats as it is, the timekeeper on the beats, open hats, and every other drum (a clave, a
surdo, a clap) as it is written. A beat without a snare gets none, a snare that is soft all along gets nothing
but ghosts, and the first beat no kick that the style does not put there.

Of a *free* skeleton less is kept, for a drummer who knows the style himself: the loud strokes of the snare, a
loud kick on the first beat, accents of the kick that fall on the backbeat or leave the first beat out, a kick
on all four beats, and the ride on the beats; and ghosts may fall on the first and the third beat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm

from stemwright.compose.learned.drums import LIMBS, rate
from stemwright.compose.patterns import LEVELS, bars_in
from stemwright.compose.streams import Stream
from stemwright.compose.style import Groove

BAR = 16
STAYS = 85
"""Percent of the kicks without an accent that a drummer keeps."""
_TIMEKEEPERS = ("closed_hat", "ride", "open_hat")
_FLOOR = ("X...", "x...")
_HANDS = {"ride": "ride", "open_hat": "open"}
Mask = str  # four marks, see `learned.drums.fitting`


@dataclass(frozen=True, slots=True)
class Skeleton:
    """`masks`: a bar of the pattern -> limb -> what each quarter allows, of the limbs that are drawn.
    `keeper`: the piece that keeps the time, "" for none; `kind`: what it is and its rate, "hat8"; `backbeat`:
    the loud strokes of snare, rim or clap as cells, a bar of the pattern each.
    """

    groove: Groove
    masks: tuple[Mapping[str, tuple[Mask, ...]], ...]
    keeper: str
    kind: str
    backbeat: tuple[tuple[str, ...], ...]

    @property
    def hand(self) -> str:
        """What keeps the time, without its rate: "hat", "open", "ride", "" for nothing."""
        return _HANDS.get(self.keeper, "hat") if self.keeper else ""

    @property
    def drawn(self) -> frozenset[str]:
        """The pieces of which all strokes are drawn; others have theirs, and more."""
        opened = {"open_hat"} if self.keeper == "closed_hat" else set()
        return frozenset({"kick", "snare", self.keeper, *opened})

    def pieces(self, limb: str) -> Mapping[str, str]:
        """The piece that each mark of a limb strikes."""
        return {
            "kick": {"x": "kick", "s": "kick"},
            "snare": {"x": "snare", "g": "snare"},
            "hand": {
                "x": "closed_hat" if self.keeper == "open_hat" else self.keeper,
                "o": "open_hat",
                "b": "bell",
            },
            "foot": {"x": "pedal_hat"},
        }[limb]


def skeleton(groove: Groove, stream: Stream, free: bool = False) -> Skeleton:
    """The skeleton of a groove; `stream` says which kicks stay, where it is not `free`."""
    bars = lcm(*(bars_in(pattern) for pattern in groove.parts.values()))
    lines = {piece: pattern * (bars // bars_in(pattern)) for piece, pattern in groove.parts.items()}
    keeper = max(
        (piece for piece in _TIMEKEEPERS if piece in lines),
        key=lambda piece: (_strokes(lines[piece]), -_TIMEKEEPERS.index(piece)),
        default="",
    )
    backbeat = "".join("x" if LEVELS.get(mark, 0) > 0 else "." for mark in groove.backbeat)
    backbeat *= bars * BAR // len(backbeat)
    kick, snare, hand = lines.get("kick", ""), lines.get("snare", ""), lines.get(keeper, "")
    if free:
        masks = {
            "kick": _free_kick(kick, backbeat),
            "snare": _free_snare(snare),
            "hand": _free_hand(hand, keeper),
        }
    else:
        masks = {"kick": _kick(kick, stream), "snare": _snare(snare)}
        masks["hand"] = _hand(hand, lines.get("open_hat", ""), keeper)
    if keeper == "ride" and not {"pedal_hat", "closed_hat", "open_hat"} & set(lines):
        masks["foot"] = "?" * len(masks["hand"])
    kept = {keeper, "open_hat"} & set(lines) if keeper != "ride" else {keeper}
    keeps = rate(sum(_strokes(lines[piece]) for piece in kept) // bars) if keeper else ""
    return Skeleton(
        groove,
        tuple({limb: _cells(masks[limb], bar) for limb in LIMBS if masks.get(limb)} for bar in range(bars)),
        keeper,
        _HANDS.get(keeper, "hat") + keeps,
        tuple(_cells(backbeat, bar) for bar in range(bars)),
    )


def _strokes(line: str) -> int:
    return sum(mark in LEVELS for mark in line)


def _cells(line: str, bar: int) -> tuple[str, ...]:
    return tuple(line[start : start + 4] for start in range(BAR * bar, BAR * (bar + 1), 4))


def _free_kick(line: str, backbeat: str) -> Mask:
    if _is_floor(line):
        return _floor(line)
    loud = any(line[start] in "Xx" for start in range(0, len(line), BAR))
    opened = any(line[start] in LEVELS for start in range(0, len(line), BAR))
    first = "".join("x" if mark in "Xx" else "?" if loud or mark in LEVELS else "." for mark in line)
    others = "".join(  # one drop and rockers are their kick
        "x" if mark == "X" and (not opened or loudly == "x") else "?"
        for mark, loudly in zip(line, backbeat, strict=False)
    )
    return "".join((others if step % BAR else first)[step] for step in range(len(line)))


def _free_snare(line: str) -> Mask:
    rests = ("~", "?", "?", "?", ".", "?", "?", "?")
    return "".join(
        "x" if mark in "Xx" else "?" if mark in LEVELS else rests[step % 8] for step, mark in enumerate(line)
    )


def _free_hand(line: str, keeper: str) -> Mask:
    if keeper == "ride":
        return "".join("+" if mark in LEVELS and not step % 4 else "?" for step, mark in enumerate(line))
    return "?" * len(line)


def _is_floor(line: str) -> bool:
    return all(line[start : start + 4] in _FLOOR for start in range(0, len(line), 4))


def _floor(line: str) -> Mask:
    return "".join("." if mark == "." else "+" for mark in line)


def _kick(line: str, stream: Stream) -> Mask:
    if _is_floor(line):
        return _floor(line)
    opened = any(line[start] in LEVELS for start in range(0, len(line), BAR))
    out = []
    for step, mark in enumerate(line):
        if mark == "X":
            out.append("x")
        elif mark in LEVELS and (step % 4 == 0 or stream.chance(STAYS)):
            out.append("+")
        elif step % BAR == 0 and not opened:
            out.append(".")
        else:
            out.append("?")
    return "".join(out)


def _snare(line: str) -> Mask:
    room = "?" if set("Xx") & set(line) else "~"
    return "".join(
        "x" if mark in "Xx" else "+" if mark in "sr" else "." if step % 4 == 0 else room
        for step, mark in enumerate(line)
    )


def _hand(line: str, opened: str, keeper: str) -> Mask:
    out = []
    for step, mark in enumerate(line):
        struck = mark in LEVELS
        if opened and opened[step] in LEVELS and keeper != "ride":
            out.append("o")
        else:
            out.append("+" if struck and (step % 4 == 0 or mark in "Xr") else "?")
    return "".join(out)
