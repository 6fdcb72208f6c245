"""The sustain pedal of a MIDI channel: notes go on after their key until the pedal goes up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from stemwright.song.score import Note

SUSTAIN, RESET = 64, 121
"""Controllers: the pedal, and "reset all controllers", which lifts it."""
_DOWN = 64
Spans = list[tuple[int, int]]
"""(down, up) in ticks, in order of time, none touching the next one."""


def pedal_spans(controls: Iterable[tuple[int, int, int]], end: int) -> Spans:
    """When the pedal is down, of (tick, controller, value) in order of time.

    A pedal that never goes up does so at `end`.
    """
    spans: Spans = []
    down: int | None = None
    for tick, control, value in controls:
        if control == SUSTAIN and value >= _DOWN:
            down = tick if down is None else down
        elif control in (SUSTAIN, RESET) and down is not None:
            if tick > down:
                spans.append((down, tick))
            down = None
    if down is not None and end > down:
        spans.append((down, end))
    return spans


def sustained(notes: Sequence[Note], spans: Spans) -> list[Note]:
    """The notes as they sound: one whose key goes up while the pedal is down lasts until that goes up, or
    until its pitch is struck again. A key that goes up as the pedal goes down is not held: it ended a beat.
    """
    downs = [down for down, _ in spans]
    again = _struck_again(notes)
    out: list[Note] = []
    for note in notes:
        place = bisect_left(downs, note.end) - 1
        up = spans[place][1] if place >= 0 else 0
        end = min(up, again.get((note.pitch, note.onset), up))
        out.append(replace(note, duration=end - note.onset) if end > note.end else note)
    return sorted(out)


def _struck_again(notes: Sequence[Note]) -> dict[tuple[int, int], int]:
    """(pitch, onset) -> the next onset of that pitch."""
    onsets: dict[int, set[int]] = {}
    for note in notes:
        onsets.setdefault(note.pitch, set()).add(note.onset)
    return {(pitch, a): b for pitch, found in onsets.items() for a, b in pairwise(sorted(found))}
