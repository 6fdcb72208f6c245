"""Human feel: small deviations of time and loudness, how long notes sound, and a score's last tidying."""

from __future__ import annotations

from collections.abc import Iterable

from stemwright.compose.grid import STEP
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.streams import Stream
from stemwright.song.score import MAX_NOTES, Note, Score


def place(plan: SongPlan, bar: BarPlan, step: int, stream: Stream, *voices: str) -> int:
    """The tick of the song at which a note on `step` sounds: swung, leaning as the style leans, and human.

    Never before its bar's start nor past its end. `voices` are looked up in the style's `lean`.
    """
    style = plan.style
    lean = sum(style.lean.get(voice, 0) for voice in voices)
    inside = bar.ticks[step] + lean + stream.jitter(style.loose)
    return bar.start + max(0, min(bar.grid.steps * STEP - 1, inside))


def sounding(plan: SongPlan, bar: BarPlan, step: int, length: int, gate: int) -> int:
    """The tick at which a note of `length` steps ends, `gate` percent of it sounding."""
    start, end = bar.ticks[step], bar.ticks[min(step + length, bar.grid.steps)]
    return bar.start + start + max(6, (end - start) * gate // 100)


_LOUD = (40, 66, 84, 100)


def loudness(level: int, bar: BarPlan, step: int, stream: Stream, trim: int = 0) -> int:
    """A velocity for a note of `level` 0 (ghost) .. 3 (accent) at a step of a bar."""
    swell = bar.bar * 4 // max(1, bar.bars - 1) if bar.bars > 2 else 2  # sections grow a little
    value = (
        _LOUD[level] + 3 * (bar.energy - 5) + (bar.accents[step] - 4) + swell - 2 + trim + stream.jitter(5)
    )
    return max(18 if level else 14, min(127 if level else 56, value))


def finish(notes: Iterable[Note], total: int) -> Score:
    """A valid score: nothing past `total` ticks, no pitch sounding twice at once, at most `MAX_NOTES`."""
    inside = [
        note if note.end <= total else Note(note.onset, total - note.onset, note.pitch, note.velocity)
        for note in notes
        if note.onset < total
    ]
    if len(inside) > MAX_NOTES:  # hours of music: the softest notes go
        inside = sorted(inside, key=lambda note: (-note.velocity, note))[:MAX_NOTES]
    return Score.from_notes(inside).without_overlaps()


def one_voice(score: Score) -> Score:
    """The score as one voice: a note ends where the next begins; of two together the longer stays."""
    ordered = sorted(score.notes)
    out: list[Note] = []
    for index, note in enumerate(ordered):
        following = ordered[index + 1] if index + 1 < len(ordered) else None
        if following is not None and following.onset == note.onset:
            continue
        if following is not None and note.end > following.onset:
            note = Note(note.onset, following.onset - note.onset, note.pitch, note.velocity)
        out.append(note)
    return Score.from_notes(out)
