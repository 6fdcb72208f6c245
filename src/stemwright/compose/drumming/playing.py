"""A written groove as a drummer of the style plays it, drawn from what real ones add, repeat and change.

The first bar is one that a recorded drummer of the style played, where the style has its own drummers and
enough of their bars fit the groove's free skeleton; else it is drawn, quarter by quarter, from the kept one.
The second is drawn as drummers change a bar when they repeat it, and the bars after them play both again in
that way. The same groove then returns with its section, the second time with some strokes more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from stemwright.compose.drumming.skeleton import BAR, Mask, Skeleton, skeleton
from stemwright.compose.learned.counts import Counts
from stemwright.compose.learned.drums import (
    KEPT,
    LIMBS,
    START,
    Bar,
    Place,
    again,
    bar_contexts,
    busy_contexts,
    first,
    fitting,
    heard_by,
    hold_contexts,
    keep_contexts,
    kind_of,
    least,
    moving,
    text_bar,
)
from stemwright.compose.learned.tables import Table
from stemwright.compose.streams import Stream
from stemwright.compose.style import Groove

MOST_BARS = 16
"""Bars that are drawn; a longer section begins with them again."""
MOST_KICKS = 5
"""Kicks in a bar, played and still to come, at which no more are added."""
_MODEL = 2
"""Bars that the others repeat."""
FULLER = 12
"""Percent of the beats that a returning section fills up, where drummers would."""
LEAST_BARS = 4
"""Recorded bars that must fit a groove for one of them to be played."""


@dataclass(frozen=True)
class Drummer:
    """Who plays. `name`: all that his choices hang on, as the parts of a stream's name; `level`: of the
    style's levels; `own`: whether he learned from recordings of the style itself, so that his bars are its;
    `locked`: whether the bass is to be on his kicks.
    """

    table: Table
    player: str
    name: tuple[int | str, ...]
    level: str
    own: bool = False
    locked: bool = False

    def play(self, groove: Groove, bars: int, returns: bool = False) -> Groove:
        """So many bars of a groove, at most MOST_BARS, that begin again after them. `returns`: played before
        in this song, so a little fuller.
        """
        bones = skeleton(groove, self._stream("stays"), free=True)
        opening = self._recorded(bones) if self.own else None
        if opening is None:
            bones = skeleton(groove, self._stream("stays"))
        written = len(bones.masks)
        bars = -(-min(bars, MOST_BARS) // written) * written
        kinds = self._kinds(bones) if opening is None else _heard(bones, opening)
        drawn: list[Bar] = [] if opening is None else [{limb: opening[limb] for limb in bones.masks[0]}]
        for number in range(len(drawn), bars):
            lag = min(number, 1) if number < _MODEL else _MODEL
            model = drawn[number - 1 if number < _MODEL else number % _MODEL] if number else None
            drawn.append(self._bar(bones, number, kinds, model, lag))
        if returns:
            drawn = [self._fuller(bones, number, kinds, bar) for number, bar in enumerate(drawn)]
        return _written(bones, drawn)

    def _stream(self, *what: int | str) -> Stream:
        return Stream(*self.name, *what)

    def _recorded(self, bones: Skeleton) -> Bar | None:
        """A recorded bar that fits the first of a skeleton, of a few drawn: an empty one for sparse sections
        and verses, a full one for choruses; where a bass locks to him, one with many kicks for both. None
        where too few fit.
        """
        contexts = bar_contexts(self.player, bones.hand)
        fit = _fitting(self.table["bar"], contexts, tuple(bones.masks[0].items()), bones.hand)
        if len(fit) < LEAST_BARS:
            return None
        stream = self._stream("recorded")
        chorus = self.level == "chorus"
        few = 2 + (self.level == "sparse" or (chorus and self.locked))
        draws = [self.table["bar"].draw(stream, contexts, fit) or "" for _ in range(few)]
        if self.locked and self.level != "sparse":
            return text_bar(max(draws, key=lambda text: (-text.partition("/")[0].count("."), text)))
        return text_bar((max if chorus else min)(draws, key=lambda text: (-text.count("."), text)))

    def _kinds(self, bones: Skeleton) -> dict[str, str]:
        """How busy kick and snare are: sparse sections the less of two draws, choruses the more."""
        kinds = {"hand": bones.kind, "foot": bones.kind}
        for limb in ("kick", "snare"):
            stream = self._stream("busy", limb)
            draws = [
                self.table["busy"].draw(stream, busy_contexts(self.player, limb)) or "0"
                for _ in range(1 if self.level == "verse" else 2)
            ]
            kinds[limb] = min(draws) if self.level == "sparse" else max(draws)
        return kinds

    def _bar(
        self, bones: Skeleton, number: int, kinds: Mapping[str, str], model: Bar | None, lag: int
    ) -> Bar:
        stream = self._stream("bar", number)
        masks = bones.masks[number % len(bones.masks)]
        backbeat = bones.backbeat[number % len(bones.backbeat)]
        hold = self.table["hold"].draw(self._stream("hold"), hold_contexts(self.player)) or "1"
        rows: dict[str, list[str]] = {limb: [] for limb in masks}
        before = False
        for beat in range(BAR // 4):
            this = False
            cells = {"snare": backbeat[beat]}
            for limb, row in rows.items():
                mask = masks[limb][beat]
                if limb == "kick" and _strokes((*row, *masks[limb][beat:])) >= MOST_KICKS:
                    mask = mask.replace("?", ".")
                fit = fitting(limb, mask, kinds[limb])
                at = Place(
                    self.player, limb, beat, kinds[limb], row[-1] if row else START, heard_by(limb, cells)
                )
                was = model[limb][beat] if model else ""
                kept = keep_contexts(limb, lag, beat, was, moving(limb, before, this), hold)
                if was in fit and self.table["keep"].draw(stream, kept) == KEPT:
                    cells[limb] = was
                else:
                    contexts = again(at, lag, was) if model else first(at)
                    cells[limb] = self.table[limb].draw(stream, contexts, fit - {was}) or least(limb, mask)
                row.append(cells[limb])
                this = this or cells[limb] != was
            before = this
        return {limb: tuple(row) for limb, row in rows.items()}

    def _fuller(self, bones: Skeleton, number: int, kinds: Mapping[str, str], bar: Bar) -> Bar:
        """A bar with some ghosts and strokes of the hand more, the same in every second bar."""
        out = {limb: list(row) for limb, row in bar.items()}
        for beat in range(BAR // 4):
            for limb in ("snare", "hand"):
                stream = self._stream("fuller", number % _MODEL, beat, limb)
                if limb not in bar or not stream.chance(FULLER):
                    continue
                cells = {name: row[beat] for name, row in out.items()}
                before = out[limb][beat - 1] if beat else START
                at = Place(self.player, limb, beat, kinds[limb], before, heard_by(limb, cells))
                room = cells[limb].replace(".", "~" if limb == "snare" else "?")
                room = cells[limb][0] + room[1:] if limb == "snare" else room  # ghosts are between the beats
                out[limb][beat] = (
                    self.table[limb].draw(stream, first(at), fitting(limb, room, kinds[limb])) or cells[limb]
                )
        return {limb: tuple(row) for limb, row in out.items()}


@lru_cache(maxsize=512)
def _fitting(
    bars: Counts, contexts: tuple[str, ...], masks: tuple[tuple[str, tuple[Mask, ...]], ...], hand: str
) -> frozenset[str]:
    """The bars of some contexts that masks by limb allow."""
    allowed = [(limb, [fitting(limb, mask, hand) for mask in row]) for limb, row in masks]

    def fits(text: str) -> bool:
        bar = text_bar(text)
        return all(cell in cells for limb, row in allowed for cell, cells in zip(bar[limb], row, strict=True))

    return frozenset(text for context in contexts for text in bars.row(context) if fits(text))


def _heard(bones: Skeleton, bar: Bar) -> dict[str, str]:
    """How busy the limbs are in a bar."""
    return {limb: kind_of(limb, bar, bones.hand) for limb in LIMBS}


def _strokes(cells: Sequence[str]) -> int:
    """The strokes that cells have and masks ask for."""
    return sum(mark not in ".?~" for cell in cells for mark in cell)


def _written(bones: Skeleton, drawn: list[Bar]) -> Groove:
    """The bars as a groove: strokes that are in the written one keep their marks."""
    steps = BAR * len(drawn)
    kick = "x" if set("Xx") & set(bones.groove.kick) else "s"  # where it is soft, so is what is added
    parts = {piece: pattern * (steps // len(pattern)) for piece, pattern in bones.groove.parts.items()}
    lines = {piece: list(pattern) for piece, pattern in parts.items() if piece not in bones.drawn}
    for limb in drawn[0]:
        pieces = bones.pieces(limb)
        for step, mark in enumerate("".join("".join(bar[limb]) for bar in drawn)):
            if mark == ".":
                continue
            piece = pieces[mark]
            own = parts[piece][step] if piece in parts else "."
            kept = own not in ".-" and (limb != "snare" or (mark == "g") == (own == "g"))
            line = lines.setdefault(piece, ["."] * steps)
            line[step] = own if kept else "g" if mark in "gs" else kick if limb == "kick" else "x"
    return Groove({piece: "".join(line) for piece, line in lines.items()})
