"""The tempos of a MIDI file, which may change anywhere, as one tempo a bar."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from stemwright.song.bar_lines import BarLines

MEAN_DECIMALS = 3
BESIDE = 2
"""Ticks beside a bar line at which a change of tempo is meant for the line."""


class BarTempos(NamedTuple):
    """`tempos`: the BPM of each bar. `inside`: how many changes lie inside bars; `mapped`: these bars, which
    have the mean tempo of their ticks, so that they last as long as they did.
    """

    tempos: list[Fraction]
    inside: int
    mapped: list[int]


def bar_tempos(tempos: Sequence[tuple[int, Fraction]], lines: BarLines, bars: int) -> BarTempos:
    """One tempo for each of so many bars. `tempos`: one or more (tick, BPM), of which the first holds from
    the beginning.
    """
    placed = _on_bar_lines(tempos, lines)
    out: list[Fraction] = []
    mapped: list[int] = []
    inside = at = 0
    for bar in range(bars):
        start, end = lines.tick(bar), lines.tick(bar + 1)
        while at + 1 < len(placed) and placed[at + 1][0] <= start:
            at += 1
        parts = [(start, placed[at][1])]
        while at + 1 < len(placed) and placed[at + 1][0] < end:
            at += 1
            parts.append(placed[at])
        out.append(parts[0][1] if len(parts) == 1 else _mean(parts, end))
        if len(parts) > 1:
            mapped.append(bar)
            inside += len(parts) - 1
    return BarTempos(out, inside, mapped)


def _mean(parts: Sequence[tuple[int, Fraction]], end: int) -> Fraction:
    """The one tempo in which as many ticks take as long."""
    ends = [*(tick for tick, _ in parts[1:]), end]
    long = sum((stop - tick) / bpm for (tick, bpm), stop in zip(parts, ends, strict=True))
    return round((end - parts[0][0]) / Fraction(long), MEAN_DECIMALS)


def _on_bar_lines(tempos: Sequence[tuple[int, Fraction]], lines: BarLines) -> list[tuple[int, Fraction]]:
    """The changes of tempo, those right beside a bar line on it."""
    out: dict[int, Fraction] = {}
    for number, (tick, bpm) in enumerate(tempos):
        line = lines.tick(lines.nearest_bar(tick)) if number else 0
        out[line if not number or abs(tick - line) <= BESIDE else tick] = bpm
    return sorted(out.items())
