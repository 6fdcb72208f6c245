"""Bass lines as degrees, comping and melody rhythms, from bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from stemwright.compose.grid import STEP
from stemwright.compose.learning.bars import Heard, Struck, cells_of
from stemwright.compose.learning.patterns import Bar, commonest, is_of_two, spaced, units
from stemwright.compose.style import LEVELS
from stemwright.song.harmony import Chord

Sign = tuple[int, str, int]
"""A mark's place in a bar of 16, the sign there, and how many places it lasts."""
_DEGREES = {0: "1", 3: "3", 4: "3", 6: "5", 7: "5", 8: "5", 9: "6", 10: "7", 11: "7"}
_MOST = 4
_MOST_RHYTHMS = 10
_GHOST = 45
_HELD = 0.7
"""A note that sounds for so large a share of the time to the next is written as held until there."""


def _lines(pieces: Sequence[Heard], layer: str, read: Callable[[Heard, int], tuple[Sign, ...]], most: int,
           levels: Sequence[str]) -> list[str]:  # fmt: skip
    """The commonest patterns of a layer in bars of some levels."""
    rows: list[list[tuple[Sign, ...]]] = []
    for heard in pieces:
        rows.append([])
        for bar, level in enumerate(heard.levels):
            if level in levels and bar not in heard.ends and heard.bars_of(layer).get(bar):
                rows[-1].append(read(heard, bar))
            else:
                rows.append([])
    rows = [row for row in rows if row]
    sets: list[list[Bar[Sign]]] = [
        [frozenset((at, sign.lower(), 0) for at, sign, _ in bar) for bar in row] for row in rows
    ]
    two = is_of_two(sets)
    size = 2 if two else 1
    whole = [row[at : at + size] for row in rows for at in range(0, len(row) - size + 1, size)]
    out = []
    for unit, places in commonest(units(sets, two), most):
        exact = next(place for place in places if units(sets, two)[place] == unit)
        line = "".join(_written(bar) for bar in whole[exact])
        if line[0] != "-" and line not in out:
            out.append(line)
    return out


def _written(bar: Sequence[Sign]) -> str:
    marks = ["."] * 16
    ordered = sorted(bar)
    for number, (at, sign, length) in enumerate(ordered):
        end = ordered[number + 1][0] if number + 1 < len(ordered) else 16
        marks[at] = sign
        held = end if length >= _HELD * (end - at) else min(at + length, end)
        for place in range(at + 1, held):
            marks[place] = "-"
    return "".join(marks)


def bass(pieces: Sequence[Heard]) -> dict[str, list[str]]:
    """Bass lines by level."""
    found = {level: _lines(pieces, "bass", _bass_bar, _MOST, (level,)) for level in LEVELS}
    return {level: [spaced(line) for line in lines] for level, lines in found.items() if lines}


def _bass_bar(heard: Heard, bar: int) -> tuple[Sign, ...]:
    state, lowest = heard.piece.state, heard.lowest("bass")
    out: list[Sign] = []
    for struck in heard.bars_of("bass")[bar]:
        mark = cells_of(heard.grid(bar), struck.step)
        beat = heard.grid(bar).beat_steps
        chords = state.chords_of(bar)
        chord = chords[min(struck.step // beat, len(chords) - 1)] if chords else None
        if mark is None or chord is None:
            continue
        following = state.chords_of(bar + 1)[0] if bar + 1 < state.bars and state.chords else None
        late = struck.step >= heard.grid(bar).steps - 4
        out.append((mark, _degree(struck, chord, following if late else None, lowest), struck.length))
    return tuple({at: (at, sign, length) for at, sign, length in reversed(out)}.values())


def _degree(struck: Struck, chord: Chord, following: Chord | None, lowest: Mapping[int, int]) -> str:
    """The mark of a bass note over a chord, before another one that follows or None. `lowest`: the lowest
    pitch that the bass has of each pitch class.
    """
    pitch = struck.note.pitch
    if struck.note.velocity < _GHOST:
        return "g"
    interval = (pitch - chord.root_pc) % 12
    if following is not None and following.bass_pc != chord.bass_pc:
        if pitch % 12 == following.bass_pc:
            return "n"
        if (pitch - following.bass_pc) % 12 in (1, 2, 10, 11) and interval not in (0, 7):
            return "a"
    if pitch % 12 == chord.bass_pc or interval == 0:
        return "8" if pitch >= lowest[pitch % 12] + 12 else "1"
    return _DEGREES.get(interval, "a" if following is not None else "5")


def walks(pieces: Sequence[Heard]) -> bool:
    """Whether most bars but sparse ones have a note on each beat, hardly another, and three pitches."""
    walking = total = 0
    for heard in pieces:
        for bar, level in enumerate(heard.levels):
            struck = heard.bars_of("bass").get(bar, ())
            starts = {pulse.start for pulse in heard.grid(bar).pulses}
            steps = {s.step for s in struck}
            if level != "sparse" and struck:
                total += 1
                walking += (
                    steps >= starts
                    and len(steps) <= len(starts) + 1
                    and len({s.note.pitch for s in struck}) >= min(3, len(starts))
                )
    return total >= 4 and walking >= 0.6 * total


def comping(pieces: Sequence[Heard]) -> dict[str, list[str]]:
    """Comping patterns by level, each after how it is played."""
    out: dict[str, list[str]] = {}
    for level in LEVELS:
        lines = _lines(pieces, "harmony", _comp_bar, _MOST, (level,))
        how = _manner(pieces, level)
        if lines:
            out[level] = [how + spaced(line) for line in lines]
    return out


def _comp_bar(heard: Heard, bar: int) -> tuple[Sign, ...]:
    out: dict[int, Sign] = {}
    struck = heard.bars_of("harmony")[bar]
    usual = sum(s.note.velocity for s in struck) / len(struck)
    for s in struck:
        mark = cells_of(heard.grid(bar), s.step)
        if mark is not None:
            length = max(s.length, out[mark][2] if mark in out else 0)
            out[mark] = (mark, "X" if s.note.velocity > usual + 12 else "x", length)
    return tuple(out.values())


def _manner(pieces: Sequence[Heard], level: str) -> str:
    """Blocks, broken chords ("arp "), or short strokes ("stab "), as most bars of a level are played."""
    notes = onsets = short = 0
    for heard in pieces:
        for bar, found in enumerate(heard.levels):
            if found == level:
                struck = heard.bars_of("harmony").get(bar, ())
                notes += len(struck)
                onsets += len({s.step for s in struck})
                short += sum(s.note.duration <= 30 for s in struck)
    if onsets and notes < 1.5 * onsets:
        return "arp "
    return "stab " if notes and short > 0.6 * notes else ""


def rhythms(pieces: Sequence[Heard]) -> list[str]:
    """Rhythms of the melody's bars: when it sounds, and none of its pitches."""
    return [spaced(line) for line in _lines(pieces, "lead", _lead_bar, _MOST_RHYTHMS, LEVELS)]


def _lead_bar(heard: Heard, bar: int) -> tuple[Sign, ...]:
    out: dict[int, Sign] = {}
    for s in heard.bars_of("lead")[bar]:
        mark = cells_of(heard.grid(bar), s.step)
        if mark is not None:
            out[mark] = (mark, "x", max(s.length, out[mark][2] if mark in out else 0))
    return tuple(out.values())


def gate(pieces: Sequence[Heard], layer: str) -> int | None:
    """Percent of their written lengths that a layer's notes sound; None where there are few."""
    written = sounding = 0
    for heard in pieces:
        for number, bar in heard.bars_of(layer).items():
            steps = sorted({s.step for s in bar})
            end = heard.grid(number).steps
            after = dict(zip(steps, [*steps[1:], end], strict=True))
            for s in bar:
                room = after[s.step] - s.step
                length = room if s.length >= _HELD * room else max(s.length, -(-s.note.duration // STEP))
                written += STEP * min(length, room)
                sounding += min(s.note.duration, STEP * room)
    return max(20, min(100, 100 * sounding // written)) if written > 16 * STEP else None


def singing(pieces: Sequence[Heard]) -> tuple[int, bool] | None:
    """Percent of the lead's steps that are leaps of a fourth or more, and whether it leaves out the scale's
    half steps; None where it has few notes.
    """
    leaps = moves = 0
    avoided = total = 0
    for heard in pieces:
        key = heard.piece.state.key
        scale = key.pitch_classes
        half = {scale[1], scale[5]} if key.is_minor else {scale[3], scale[6]}
        notes = [s.note for bar in sorted(heard.bars_of("lead")) for s in heard.bars_of("lead")[bar]]
        for one, other in pairwise(notes):
            moves += one.pitch != other.pitch
            leaps += abs(one.pitch - other.pitch) >= 5
        total += len(notes)
        avoided += sum(note.pitch % 12 not in half for note in notes)
    if total < 16:
        return None
    return 100 * leaps // max(1, moves), avoided >= 0.95 * total
