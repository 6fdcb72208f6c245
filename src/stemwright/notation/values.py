"""What sounds in a bar as printed values: notes and rests of one length each, tied where one is not enough.

Beats stay visible: a value crosses one only where readers expect it (from the beginning of a bar or half of
one, two beats of three, short-long-short), rests never by a syncopation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from stemwright.song.meter import Meter
from stemwright.song.score import PPQ, Note

TYPES = {
    768: "breve",
    384: "whole",
    192: "half",
    96: "quarter",
    48: "eighth",
    24: "16th",
    12: "32nd",
    6: "64th",
}
"""Ticks -> MusicXML's name of a plain value."""
_DOTTED = {length * 3 // 2: length for length in TYPES if length >= 12}


class Span(NamedTuple):
    """What sounds from tick to tick: all of these notes, () for a rest."""

    start: int
    end: int
    notes: tuple[Note, ...]


class Value(NamedTuple):
    """A printed value. `triplet`: it is one of three in the time of two; `first`, `last`: of its beat's
    triplets. Notes that began before `start` are tied from the value before, those that go on after `end` to
    the next one.
    """

    start: int
    end: int
    notes: tuple[Note, ...]
    triplet: bool = False
    first: bool = False
    last: bool = False

    @property
    def type(self) -> str:
        """MusicXML's name of the value, without its dot."""
        nominal = self._nominal
        return TYPES[_DOTTED.get(nominal, nominal)]

    @property
    def dotted(self) -> bool:
        """Whether it has a dot."""
        return self._nominal not in TYPES

    @property
    def _nominal(self) -> int:
        length = self.end - self.start
        return length * 3 // 2 if self.triplet else length


class Node(NamedTuple):
    """A span of a bar and what it is divided into; () where it is not divided further."""

    start: int
    end: int
    parts: tuple[Node, ...]


def spans_of(notes: Sequence[Note], start: int, end: int) -> list[Span]:
    """What sounds between two ticks, cut wherever a note begins or ends. `notes`: those that sound there."""
    edges = {start, end}
    for note in notes:
        edges |= {tick for tick in (note.onset, note.end) if start < tick < end}
    places = sorted(edges)
    held = sorted(notes, key=lambda note: note.pitch)
    return [
        Span(a, b, tuple(note for note in held if note.onset < b and note.end > a))
        for a, b in pairwise(places)
    ]


def values_of(spans: Sequence[Span], start: int, meter: Meter, triplets: frozenset[int]) -> list[Value]:
    """The printed values of a bar that begins at `start`. `triplets`: where in it quarter notes begin that
    are divided in three.
    """
    root = tree(meter, triplets)
    found: list[Value] = []
    for span in _rests_joined(spans):
        for a, b, triplet in _split(span.start - start, span.end - start, root, triplets, not span.notes):
            found.append(Value(start + a, start + b, span.notes, triplet))
    return _bracketed(found, start)


def _rests_joined(spans: Sequence[Span]) -> Iterator[Span]:
    waiting: Span | None = None
    for span in spans:
        if waiting is not None and not span.notes:
            waiting = waiting._replace(end=span.end)
            continue
        if waiting is not None:
            yield waiting
        waiting = None if span.notes else span
        if span.notes:
            yield span
    if waiting is not None:
        yield waiting


def _bracketed(values: list[Value], start: int) -> list[Value]:
    """The values with the first and the last triplet of each beat marked."""
    beats: dict[int, list[int]] = {}
    for index, value in enumerate(values):
        if value.triplet:
            beats.setdefault((value.start - start) // PPQ, []).append(index)
    for group in beats.values():
        values[group[0]] = values[group[0]]._replace(first=True)
        values[group[-1]] = values[group[-1]]._replace(last=True)
    return values


@cache
def tree(meter: Meter, triplets: frozenset[int] = frozenset()) -> Node:
    """How a bar is divided. `triplets`: quarter notes divided in three, by their place in the bar."""
    unit = meter.ticks_per_beat
    if meter.d >= 8:
        beats = [unit * count for count in _grouped(meter.n)]
        groups = [beats[:2], beats[2:]] if len(beats) == 4 and len(set(beats)) == 1 else [beats]
    else:
        counts = {4: (2, 2), 5: (3, 2), 6: (3, 3), 7: (4, 3), 8: (4, 4)}.get(meter.n, (meter.n,))
        groups = [[unit] * count for count in counts]
    parts, at = [], 0
    for group in groups:
        first, inner = at, []
        for length in group:
            inner.append(_node(at, length, triplets))
            at += length
        parts.append(inner[0] if len(inner) == 1 else Node(first, at, tuple(inner)))
    return parts[0] if len(parts) == 1 else Node(0, at, tuple(parts))


def _grouped(n: int) -> tuple[int, ...]:
    """Beats of so many eighths or sixteenths: threes where these go up, else twos and a three."""
    if n <= 3:
        return (n,)
    if n % 3 == 0:
        return (3,) * (n // 3)
    if n == 5:
        return (3, 2)
    return (2,) * (n // 2) if n % 2 == 0 else (*((2,) * ((n - 3) // 2)), 3)


def _node(start: int, length: int, triplets: frozenset[int]) -> Node:
    count = 3 if start in triplets and length == PPQ else 3 if length % 36 == 0 and length % 64 else 2
    if length // count < 12:
        return Node(start, start + length, ())
    step = length // count
    parts = tuple(_node(start + i * step, step, triplets) for i in range(count))
    return Node(start, start + length, parts)


def _split(
    a: int, b: int, node: Node, triplets: frozenset[int], rest: bool
) -> Iterator[tuple[int, int, bool]]:
    """The values of what lasts from `a` to `b` within a node: beginning, end, whether it is a triplet."""
    if _single(a, b, node, triplets, rest) or not node.parts:
        yield a, b, _in_triplet(a, b, triplets)
        return
    for part in node.parts:
        low, high = max(a, part.start), min(b, part.end)
        if low < high:
            yield from _split(low, high, part, triplets, rest)


def _in_triplet(a: int, b: int, triplets: frozenset[int]) -> bool:
    """Whether what lasts from `a` to `b` is part of a quarter note that is divided in three."""
    return any(beat <= a and b <= beat + PPQ and b - a < PPQ for beat in triplets)


def _single(a: int, b: int, node: Node, triplets: frozenset[int], rest: bool) -> bool:
    """Whether one value may say all of what lasts from `a` to `b`, which lies in the node."""
    length = b - a
    triplet = _in_triplet(a, b, triplets)
    if not triplet and any(a < beat + PPQ and b > beat and (a > beat or b < beat + PPQ) for beat in triplets):
        return False  # it would begin or end within a triplet
    nominal = length * 3 // 2 if triplet else length
    if nominal not in TYPES and nominal not in _DOTTED:
        return False
    if (a, b) == (node.start, node.end):
        return True
    if any(part.start <= a and b <= part.end for part in node.parts):
        return False
    if a == node.start:
        return not rest or nominal in TYPES
    edges = [part.start for part in node.parts] + [node.end]
    if len(node.parts) == 3 and a in edges and b in edges:
        return not rest
    quarter = (node.end - node.start) // 4
    middle = (a, b) == (node.start + quarter, node.end - quarter)
    return middle and not rest and node.end - node.start <= 2 * PPQ and len(node.parts) == 2
