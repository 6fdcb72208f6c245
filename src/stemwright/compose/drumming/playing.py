"""A written groove as a drummer of the style plays it, drawn from what real ones add, repeat and change.

Two bars are drawn from the skeleton; the bars after them play them again, with as many changes as drummers
make from bar to bar. The same groove then returns with its section, the second time with some strokes more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stemwright.compose.drumming.skeleton import BAR, Skeleton, skeleton
from stemwright.compose.learned.drums import (
    START,
    Place,
    again,
    busy_contexts,
    first,
    fitting,
    heard_by,
    least,
    moving,
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
Bar = Mapping[str, tuple[str, ...]]  # cells by limb


@dataclass(frozen=True)
class Drummer:
    """Who plays. `name`: all that his choices hang on, as the parts of a stream's name; `level`: of the
    style's levels.
    """

    table: Table
    player: str
    name: tuple[int | str, ...]
    level: str

    def play(self, groove: Groove, bars: int, returns: bool = False) -> Groove:
        """So many bars of a groove, at most MOST_BARS, that begin again after them. `returns`: played before
        in this song, so a little fuller.
        """
        bones = skeleton(groove, self._stream("stays"))
        written = len(bones.masks)
        bars = -(-min(bars, MOST_BARS) // written) * written
        kinds = self._kinds(bones)
        drawn: list[Bar] = []
        for number in range(bars):
            lag = min(number, 1) if number < _MODEL else _MODEL
            model = drawn[number - 1 if number < _MODEL else number % _MODEL] if number else None
            drawn.append(self._bar(bones, number, kinds, model, lag))
        if returns:
            drawn = [self._fuller(bones, number, kinds, bar) for number, bar in enumerate(drawn)]
        return _written(bones, drawn)

    def _stream(self, *what: int | str) -> Stream:
        return Stream(*self.name, *what)

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
        rows: dict[str, list[str]] = {limb: [] for limb in masks}
        before = False
        for beat in range(BAR // 4):
            this = False
            cells = {"snare": backbeat[beat]}
            for limb, row in rows.items():
                at = Place(
                    self.player, limb, beat, kinds[limb], row[-1] if row else START, heard_by(limb, cells)
                )
                was = model[limb][beat] if model else ""
                contexts = (
                    again(at, lag, was, moving(limb, before, this), number % 4 == 3) if model else first(at)
                )
                mask = masks[limb][beat]
                if limb == "kick" and _strokes((*row, *masks[limb][beat:])) >= MOST_KICKS:
                    mask = mask.replace("?", ".")
                cells[limb] = self.table[limb].draw(
                    stream, contexts, fitting(limb, mask, kinds[limb])
                ) or least(limb, mask)
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
