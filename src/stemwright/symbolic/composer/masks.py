"""Which tokens may come next: the grammar, the song's ends, and the limits of the request.

Every bar can be finished whatever was drawn before: a position is only offered where a note may begin and a
pitch is left for it, and a duration that reaches no silence and takes no voice that another note has. Only a
given rhythm can ask for a note where none may be; then the limits that forbid it are named.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, LOUDNESS
from stemwright.symbolic.composer.frame import REACH, Frame, Mask
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import (
    DRUM_TICKS,
    FINE,
    FIRST,
    KINDS,
    LONG,
    PAGE,
    PARTS,
    SIZE,
    home,
    span,
)

__all__ = ["Frame", "allowed"]

MAX_NOTES = 96
"""Notes of a part's bar; a given rhythm may have more."""
_PITCH = np.arange(128)


def allowed(cursor: Cursor, frame: Frame) -> Mask:
    """bool [SIZE], at least one of them. UsageError, naming the limits, where the rhythm asks for a note that
    no other limit leaves.
    """
    mask = np.zeros(SIZE, bool)
    if "duration" in cursor.kinds and _is_cut(cursor, frame):
        mask[span("duration")] = _duration(cursor, frame)
        return mask
    for kind in cursor.kinds:
        if kind in _RULES:
            part = span(kind)
            mask[part] = _RULES[kind](cursor, frame)
        elif kind != "page":
            mask[span(kind)] = True
    _pages(mask, cursor, frame)
    if not mask.any():
        raise UsageError(_contradiction(cursor, frame))
    return mask


def _contradiction(cursor: Cursor, frame: Frame) -> str:
    """Which limits leave no note at the tick where the rhythm has one."""
    limits = frame.limits
    bar, beat = frame.start // frame.ticks + 1, 1 + cursor.tick / frame.per_beat
    at = f"{PARTS[cursor.part]}, bar {bar}: the limits leave no note: the rhythm has one at beat {beat:.2f}"
    if frame.pitches(cursor.tick).any():
        return f"{at}, where notes that stand take all voices ({limits.polyphony}); allow more or drop it"
    others = [f"range {limits.low}-{limits.high}"]
    others += ["the scale"] * (limits.scale is not None) + ["the chord's tones"] * bool(frame.beats)
    none = "has no note" if len(others) == 1 else "have no note in common"
    return f"{at}, where {' and '.join(others)} {none}; widen one or drop it"


def _positions(cursor: Cursor, frame: Frame) -> NDArray[np.int64]:
    """Units of the bar at which something may begin now."""
    first = (cursor.tick + FINE // 2) // FINE + 1 if cursor.placed else 0
    if cursor.part == CHORDS:
        units = np.arange(0, frame.ticks, frame.per_beat) // FINE
        return units[units >= first] if cursor.placed else units[:1]
    if frame.limits.rhythm is not None:
        due = frame.due(cursor)
        return np.array([] if due is None else [(due + FINE // 2) // FINE], np.int64)
    if _told(cursor) >= MAX_NOTES:
        return frame.units[:0]
    units = frame.units[frame.units >= first]
    if frame.limits.polyphony is not None:
        units = units[_sounding(units * FINE, cursor, frame) < frame.limits.polyphony]
    return units


def _sounding(ticks: NDArray[np.int64], cursor: Cursor, frame: Frame) -> NDArray[np.int64]:
    """How many notes sound at ticks of the bar, those being told among them."""
    spans = [(n.onset, n.end) for n in cursor.notes] + frame.voices
    if cursor.pitch is not None:
        shortest = DRUM_TICKS if cursor.part == DRUMS else 1
        spans.append((cursor.tick, cursor.tick + (cursor.duration or shortest)))
    count = np.zeros(len(ticks), np.int64)
    for begin, end in spans:
        count += (begin <= ticks) & (ticks < end)
    return count


def _pages(mask: Mask, cursor: Cursor, frame: Frame) -> None:
    """Positions of this page, and the pages that have any."""
    if "position" not in cursor.kinds:
        return
    units = _positions(cursor, frame)
    here = units[units // PAGE == cursor.page] % PAGE
    at = np.zeros(PAGE, bool)
    at[here] = True
    mask[span("position")] = at
    if "page" in cursor.kinds:
        later = np.unique(units // PAGE)
        mask[[FIRST["page"] + int(page) - 1 for page in later[later > 0]]] = True
    if "end" in cursor.kinds and len(units) and (frame.limits.rhythm is not None or _unsaid(cursor)):
        mask[span("end")] = False  # what has to come has to come


def _unsaid(cursor: Cursor) -> bool:
    return cursor.part == CHORDS and not cursor.placed


def _told(cursor: Cursor) -> int:
    """Notes of the bar so far."""
    return len(cursor.notes) + (cursor.pitch is not None)


def _shift(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["shift"]
    values = np.arange(low, low + count)
    ticks = cursor.tick + values
    if frame.limits.rhythm is not None:
        exact: Mask = (values != 0) & (ticks == frame.due(cursor))
        return exact
    if not frame.human:
        return np.zeros(count, bool)
    last = cursor.notes[-1].onset if cursor.notes else -1
    good: Mask = (values != 0) & (ticks > last) & (ticks >= 0) & (ticks < frame.ticks - FINE)
    good &= np.array([frame.opens(int(tick)) for tick in ticks])
    if frame.limits.polyphony is not None:
        good &= _sounding(ticks, cursor, frame) < frame.limits.polyphony
    return good


def _lowest(cursor: Cursor) -> int:
    """The pitch above which the next note of this instant has to be."""
    if cursor.pitch is not None:
        return cursor.pitch
    last = cursor.notes[-1] if cursor.notes else None
    return last.pitch if last is not None and last.onset == cursor.tick else -1


def _more(cursor: Cursor, frame: Frame) -> Mask:
    """Pitches 0..127 for another note at this instant."""
    most, rhythm = frame.limits.polyphony, frame.limits.rhythm
    if rhythm is not None and "shift" in cursor.kinds and cursor.tick != frame.due(cursor):
        return np.zeros(128, bool)  # the shift to where the note is comes first
    full = most is not None and _sounding(np.array([cursor.tick]), cursor, frame)[0] >= most
    waiting = sum(tick > cursor.tick for tick in frame.rhythm)
    begun = cursor.pitch is not None or (bool(cursor.notes) and cursor.notes[-1].onset == cursor.tick)
    crowd = _told(cursor) + waiting >= MAX_NOTES and (rhythm is None or begun)
    if full or crowd:
        return np.zeros(128, bool)
    more: Mask = frame.pitches(cursor.tick) & (_lowest(cursor) < _PITCH)
    return more


def _pitch(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["pitch"]
    out = np.zeros(count, bool)
    pitches = np.flatnonzero(_more(cursor, frame)) - home(cursor.key.tonic_pc) - low
    out[pitches[(pitches >= 0) & (pitches < count)]] = True
    return out


def _velocity(cursor: Cursor, frame: Frame) -> Mask:
    heard: Mask = np.arange(1, 128) % LOUDNESS == 0
    return heard


def _left(cursor: Cursor, frame: Frame) -> int:
    """Ticks until the song ends, has to be silent, or has no voice left for the note."""
    silence = frame.limits.room(frame.start + cursor.tick)
    ends = [frame.song_end - frame.start, *([] if silence is None else [silence - frame.start])]
    if frame.limits.polyphony is not None:
        ends.append(min(_crowd(cursor, frame, frame.limits.polyphony), REACH * frame.ticks))
    return min(ends) - cursor.tick - cursor.duration


def _crowd(cursor: Cursor, frame: Frame, most: int) -> int:
    """The tick of the bar from which on the note that is being told would be one too many."""
    others = [*frame.voices, *((n.onset, n.end) for n in cursor.notes)]
    for tick, more in frame.crowded:
        sounding = sum(begin <= tick < end for begin, end in others)
        if tick > cursor.tick and sounding + more >= most:
            return tick
    return REACH * frame.ticks


def _is_cut(cursor: Cursor, frame: Frame) -> bool:
    """Whether a drum, told without a duration as a rule, has no room for the usual one."""
    return cursor.part == DRUMS and not cursor.duration and _left(cursor, frame) < DRUM_TICKS


def _duration(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["duration"]
    values, left = np.arange(low, low + count) * FINE, _left(cursor, frame)
    if cursor.part == DRUMS:
        cut: Mask = values == (left // FINE * FINE if _is_cut(cursor, frame) else -1)
        return cut
    good: Mask = (values <= left) & (values + cursor.duration > 0)
    if not good.any():
        good[0] = True  # less than a unit is left: it is told in ticks
    return good


def _ticks(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["ticks"]
    exact: Mask = np.arange(low, low + count) == (0 if cursor.duration else _left(cursor, frame))
    return exact


def _long(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["long"]
    sizes = LONG * 2.0 ** np.arange(low, low + count)
    good: Mask = (sizes <= _left(cursor, frame) - FINE) & (cursor.part != DRUMS)
    told = cursor.duration // LONG
    least = (told & -told) * LONG  # so far: a length is told in one way only
    return good & (sizes < least) if told else good


_RULES = {
    "shift": _shift,
    "pitch": _pitch,
    "drum": lambda cursor, frame: _more(cursor, frame),
    "velocity": _velocity,
    "duration": _duration,
    "ticks": _ticks,
    "long": _long,
}
