"""The shipped style that what was found in pieces is most like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from stemwright.compose.learning.patterns import near
from stemwright.compose.style import LEVELS, Style
from stemwright.compose.stylebook.marks import plain
from stemwright.compose.styles import BOOK, style_of

Lines = Mapping[str, Sequence[str]]
"""Patterns by level."""


def likest(
    grooves: Mapping[str, Sequence[Mapping[str, str]]], bass: Lines, comps: Lines, bpm: tuple[int, int],
    swing: Fraction, meter: str,
) -> Style:  # fmt: skip
    """The style whose grooves, bass lines and comping have most strokes in common with those found, at a
    tempo, swing and meter that are near.
    """
    found = [style_of(name) for name in BOOK]
    own = [style for style in found if not style.like]

    def worth(style: Style) -> float:
        drums = _alike(_groove_sets(grooves), _style_grooves(style))
        low = _alike(
            _line_sets(bass), {level: [_line(text) for text in style.bass[level]] for level in LEVELS}
        )
        chords = _alike(
            _line_sets(comps),
            {level: [_line(comp.pattern) for comp in style.comps[level]] for level in LEVELS},
        )
        middle = (bpm[0] + bpm[1]) / 2
        off = max(style.bpm[0] - middle, middle - style.bpm[1], 0)
        other_meter = style.meter is not None and str(style.meter) != meter
        return 3 * drums + low + chords - off / 40 - 4 * abs(float(style.swing - swing)) - 2 * other_meter

    return max(own, key=worth)


def _line(text: str) -> frozenset[object]:
    """The onsets of a pattern, of its first bar."""
    return frozenset(at for at, sign in enumerate(plain(text)[:16]) if sign not in ".-")


def _groove_sets(
    grooves: Mapping[str, Sequence[Mapping[str, str]]],
) -> dict[str, list[frozenset[object]]]:
    return {level: [_groove(groove) for groove in found] for level, found in grooves.items()}


def _style_grooves(style: Style) -> dict[str, list[frozenset[object]]]:
    return {level: [_groove(groove.parts) for groove in style.grooves[level]] for level in LEVELS}


def _groove(parts: Mapping[str, str]) -> frozenset[object]:
    return frozenset((piece, at) for piece, text in parts.items() for at in _line(text))


def _line_sets(lines: Lines) -> dict[str, list[frozenset[object]]]:
    manners = ("arp ", "stab ")
    bare = {
        level: [next((text.removeprefix(m) for m in manners if text.startswith(m)), text) for text in found]
        for level, found in lines.items()
    }
    return {level: [_line(text) for text in found] for level, found in bare.items()}


def _alike(
    found: Mapping[str, Sequence[frozenset[object]]], book: Mapping[str, Sequence[frozenset[object]]]
) -> float:
    """How near the nearest of the book's patterns is to each that was found, on the mean."""
    best = [max(near(one, other) for other in book[level]) for level, rows in found.items() for one in rows]
    return sum(best) / len(best) if best else 0.0
