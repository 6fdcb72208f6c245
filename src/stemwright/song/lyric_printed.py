"""Lyrics from the words under printed notes: each syllable stands where it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stemwright.song.lyric import MAX_LINES, MAX_SIGNS, MAX_SYLLABLES, Line, Lyrics

if TYPE_CHECKING:
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState

Printed = tuple[int, str, bool]
"""A syllable's tick, its text, and whether its word goes on with the next one."""
_ENDS = tuple(".,;:!?…")
MAX_SYLLABLE = 60
"""Signs of a syllable that are kept."""
LONG_LINE = 10
"""Syllables after which a sign or a breath ends a line."""
MAX_BARS = 8
"""Bars that a line goes over."""


def printed_lyrics(found: Sequence[Printed], state: GlobalState, layer: str, score: Score) -> Lyrics | None:
    """Lyrics in lines, which end where the tune breathes for a beat or, once long, at a sign; None where no
    syllable can be sung in the song.
    """
    sung = _clean(found, state)
    lines = [_line(part, state) for part in _parted(sung, state)][:MAX_LINES]
    if not lines:
        return None
    return Lyrics(tuple(lines), layer, score.sha256, state.meter_text)


def _clean(found: Sequence[Printed], state: GlobalState) -> list[Printed]:
    """One syllable a tick, upwards, inside the song, with what can be printed of its text."""
    made: list[Printed] = []
    for tick, text, goes_on in sorted(found, key=lambda one: one[0]):
        seen = "".join(sign if sign.isprintable() else " " for sign in text)
        plain = " ".join(seen.split())[:MAX_SYLLABLE].rstrip()
        if plain and tick < state.total_ticks and (not made or tick > made[-1][0]):
            made.append((tick, plain, goes_on))
    return made


def _parted(sung: Sequence[Printed], state: GlobalState) -> list[list[Printed]]:
    parts: list[list[Printed]] = []
    for one in sung:
        if not parts or _breaks(parts[-1], one, state):
            parts.append([])
        parts[-1].append(one)
    return parts


def _breaks(line: Sequence[Printed], one: Printed, state: GlobalState) -> bool:
    """Whether a syllable begins another line."""
    last, text, goes_on = line[-1]
    bars = state.bar_of_tick(one[0]) - state.bar_of_tick(line[0][0]) + 1
    signs = sum(len(each) + 1 for _, each, _ in line) + len(one[1])
    if len(line) == MAX_SYLLABLES or bars > MAX_BARS or signs > MAX_SIGNS:
        return True
    if goes_on:
        return False
    beat = state.meter_of(state.bar_of_tick(last)).ticks_per_beat
    breath = one[0] - last >= 2 * beat
    return breath if len(line) < LONG_LINE else breath or text.endswith(_ENDS)


def _line(part: Sequence[Printed], state: GlobalState) -> Line:
    first, last = state.bar_of_tick(part[0][0]), state.bar_of_tick(part[-1][0])
    texts = [text if goes_on else f"{text} " for _, text, goes_on in part]
    texts[-1] = texts[-1].rstrip()
    begins = [True, *(not goes_on for _, _, goes_on in part[:-1])]
    stress = "".join("1" if begin else "0" for begin in begins)
    line = Line(first, last - first + 1, tuple(texts), stress, by_hand=True)
    return line.at([tick for tick, _, _ in part], state)
