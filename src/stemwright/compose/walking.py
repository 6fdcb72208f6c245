"""Walking basses: a note a beat, found between one root and the next as the cheapest way there."""

from __future__ import annotations

from stemwright.compose.bass_pitch import LOW
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale
from stemwright.compose.spans import ByStep, ahead
from stemwright.compose.streams import Stream
from stemwright.song.harmony import Chord

_HIGH = 50  # D3
_HOME = 40
_MOVES = {0: 14, 1: 0, 2: 0, 3: 2, 4: 2, 5: 4, 7: 6, 12: 9}
_FAR = 16
"""What a move costs that is not of `_MOVES`."""
_LEADS = {1: 0, 2: 1, 5: 4, 7: 4}
"""What the last note costs by its distance from the root that it leads to."""


def walk(
    plan: SongPlan, bar: BarPlan, roots: ByStep[int], last: int, stream: Stream
) -> list[tuple[int, int]]:
    """(number of a pulse, pitch) of a bar's notes; none where no chord is. `last`: the pitch before, 0 for
    none.
    """
    out: list[tuple[int, int]] = []
    pulses = bar.grid.pulses
    place = 0
    while place < len(pulses):
        chord, root = bar.chords[pulses[place].start], roots[bar.index][pulses[place].start]
        if chord is None or root is None:
            place += 1
            continue
        end = place + 1
        while end < len(pulses) and bar.chords[pulses[end].start] == chord:
            end += 1
        inside = end < len(pulses)
        following = roots[bar.index][pulses[end].start] if inside else _next_root(plan, bar, roots)
        target = root if following is None else following
        first = _octave(root, last or _HOME)
        line = _way(plan, chord, first, end - place, target, stream)
        out += [(place + number, pitch) for number, pitch in enumerate(line)]
        last, place = line[-1], end
    return out


def _octave(root: int, last: int) -> int:
    """The root's octave that is near to the note before and to the middle of the neck."""
    choices = [pitch for pitch in (root, root + 12, root - 12) if LOW <= pitch <= _HIGH]
    return min(choices, key=lambda pitch: (2 * abs(pitch - last) + abs(pitch - _HOME), pitch))


def _next_root(plan: SongPlan, bar: BarPlan, roots: ByStep[int]) -> int | None:
    if bar.index + 1 < len(plan.bars):
        return roots[bar.index + 1][0]
    return ahead(plan, roots, bar, bar.grid.pulses[-1].start)


def _way(plan: SongPlan, chord: Chord, first: int, count: int, target: int, stream: Stream) -> list[int]:
    """`count` notes from a root on to a target that is not among them."""
    scale, tones = chord_scale(plan.key, chord), chord.pitch_classes
    paths: list[tuple[int, tuple[int, ...]]] = [(0, (first,))]
    for number in range(1, count):
        leads = number == count - 1
        now: list[tuple[int, tuple[int, ...]]] = []
        for pitch in range(max(LOW, first - 12), min(_HIGH, first + 14) + 1):
            own = stream.below(6) + abs(pitch - _HOME) // 4
            if leads:
                own += min(_LEADS.get(abs(goal - pitch), 12) for goal in (target, target + 12, target - 12))
                own += 0 if pitch % 12 in scale else 3
            elif pitch % 12 in tones:
                own += 0
            elif pitch % 12 in scale:
                own += 2 if number % 2 else 7
            else:
                continue
            cost, path = min(
                (cost + _MOVES.get(abs(path[-1] - pitch), _FAR) + (5 if pitch in path else 0), path)
                for cost, path in paths
            )
            now.append((cost + own, (*path, pitch)))
        paths = now
    return list(min(paths)[1])
