"""Motion inside a held chord: its highest voice comes late from the chord before, or passes on."""

from __future__ import annotations

from stemwright.compose.scales import chord_scale
from stemwright.compose.streams import Stream
from stemwright.compose.voicing import Voicing
from stemwright.song.harmony import Chord, Key


def top_line(
    key: Key, chord: Chord | None, stack: Voicing, before: Voicing, after: Voicing, stream: Stream
) -> tuple[int, bool] | None:
    """(pitch, whether it comes first) beside the highest voice of a held chord; None where nothing leads.

    A suspension is the top of the chord before, a step above, that falls late; a passing note lies between
    the top and that of the chord after, or is the step above where the top stays.
    """
    top = stack[-1]
    inner = stack[:-1]
    scale = chord_scale(key, chord)
    if before and 1 <= before[-1] - top <= 2 and _free(before[-1], inner) and stream.chance(60):
        return before[-1], True
    if not after:
        return None
    way = after[-1] - top
    if abs(way) in (3, 4):
        between = range(min(top, after[-1]) + 1, max(top, after[-1]))
        found = [pitch for pitch in between if pitch % 12 in scale and _free(pitch, inner)]
        return (stream.pick(found), False) if found else None
    if way == 0 and after != stack:
        found = [p for p in (top + 2, top + 1) if p % 12 in scale and _free(p, inner)]
        return (found[0], False) if found else None
    return None


def _free(pitch: int, inner: Voicing) -> bool:
    """Whether a pitch neither rubs against nor doubles an inner voice."""
    return all(abs(pitch - other) > 1 and abs(pitch - other) != 13 for other in inner)
