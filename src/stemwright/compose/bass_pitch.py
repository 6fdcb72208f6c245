"""The bass's pitches: roots where a player's hand lies, degrees above them, notes that lead on."""

from __future__ import annotations

from collections.abc import Sequence

from stemwright.compose.leading import Returns
from stemwright.compose.learned.bass import NAME, draw_approach
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale, nearest, pitches
from stemwright.compose.spans import ByStep, by_step
from stemwright.compose.streams import Stream
from stemwright.song.harmony import Chord

LOW, HIGH = 28, 55  # E1 to G3
_TOP_ROOT = 43  # G2
_HOME = range(29, 40)
"""Where roots lie at no cost: F1 to Eb2."""
_HIGH_FIFTH = 50
_REACH = 8
"""Semitones from the note before within which a note that leads on lies."""
_SIZES = {"2": (2, 1), "3": (4, 3, 5, 2), "4": (5, 6), "5": (7, 6, 8), "6": (9, 8, 10), "7": (10, 11, 9)}
"""Mark -> semitones above the root, the first that the chord has, or else its scale."""


def roots(plan: SongPlan) -> ByStep[int]:
    """The pitch of the root, or of the foreign bass, at every step of a song: near each other, near home."""
    returns = Returns[int](lambda chords, before, _: _settled(chords, before))
    return by_step(plan, lambda bar, chords: returns.section(bar.material, chords))


def _settled(chords: Sequence[Chord], before: int | None) -> Sequence[int]:
    """The octaves of some roots in a row that move and stray least."""
    paths: list[tuple[int, tuple[int, ...]]] = []
    for chord in chords:
        now: list[tuple[int, tuple[int, ...]]] = []
        for pitch in range(LOW + (chord.bass_pc - LOW) % 12, _TOP_ROOT + 1, 12):
            stray = max(0, _HOME[0] - pitch, pitch - _HOME[-1])
            if paths:
                cost, path = min((cost + abs(path[-1] - pitch), path) for cost, path in paths)
            else:
                cost, path = (0 if before is None else abs(before - pitch)), ()
            now.append((cost + 2 * stray, (*path, pitch)))
        paths = now
    return min(paths)[1]


def _base(chord: Chord, bass: int) -> int:
    """The root that degrees are counted from: the bass note, or the root nearest to a foreign bass."""
    if chord.bass_pc == chord.root_pc:
        return bass
    return nearest(pitches({chord.root_pc}, LOW, _TOP_ROOT), bass)


def degree(mark: str, chord: Chord, bass: int, plan: SongPlan) -> int:
    """The pitch of a pattern's mark over a chord whose bass note is `bass` (not `a`, `f` and `n`)."""
    if mark == "8":
        return bass + 12 if bass + 12 <= HIGH else bass
    base = _base(chord, bass)
    if mark == "v":
        return fifth_below(chord, bass)
    if mark not in _SIZES:
        return bass
    have = {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes}
    scale = {(pc - chord.root_pc) % 12 for pc in chord_scale(plan.key, chord)}
    sizes = _SIZES[mark]
    size = next((s for s in sizes if s in have), None) or next((s for s in sizes if s in scale), sizes[0])
    pitch = base + size
    return pitch - 12 if pitch > _HIGH_FIFTH and pitch - 12 >= LOW else min(HIGH, pitch)


def fifth_below(chord: Chord, bass: int) -> int:
    """The fifth under the root where the instrument has it, else above."""
    have = {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes}
    size = next((s for s in (7, 6, 8) if s in have), 7)
    base = _base(chord, bass)
    return base + size - 12 if base + size - 12 >= LOW else base + size


def approach(plan: SongPlan, chord: Chord, target: int, last: int, stream: Stream) -> int:
    """A note that leads to the next root, not the one that just sounded: as far from it as real ones are, of
    the chord's scale or a half step.
    """
    scale = chord_scale(plan.key, chord)
    near = {offset for offset in (-5, -2, 2) if (target + offset) % 12 in scale}
    if plan.style.walking or stream.chance(25):
        near |= {-1, 1}
    else:
        near |= {offset for offset in (-1, 1) if (target + offset) % 12 in scale}
    allowed = {offset for offset in near if LOW <= target + offset <= HIGH and target + offset != last}
    if last:
        allowed = {offset for offset in allowed if abs(target + offset - last) <= _REACH}
        if not allowed:  # too far for a step: a note on the way
            return nearest(pitches(chord.pitch_classes, LOW, HIGH), (last + target) // 2)
    offset = draw_approach(plan.table(NAME), stream, allowed)
    if offset is None:
        return target + min(allowed, key=lambda o: (abs(o), o)) if allowed else target
    return target + offset


def starts(bar: BarPlan) -> list[int]:
    """The steps of a bar on which a chord begins, the first among them."""
    return [s for s in range(bar.grid.steps) if not s or bar.chords[s] != bar.chords[s - 1]]
