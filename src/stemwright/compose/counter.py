"""A counter-melody: it moves where the lead rests; where that sings, it holds a tone of the chord."""

from __future__ import annotations

from stemwright.compose.ensemble import FULL, Seat
from stemwright.compose.feel import finish, loudness, one_voice, place, sounding
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan
from stemwright.compose.scales import chord_scale, chord_tones, nearest, pitches
from stemwright.compose.silence import hushed
from stemwright.compose.spans import restruck
from stemwright.song.score import Note, Score

LOW, HIGH = 52, 72  # E3 to C5
_HOME = 60
_GAP = 4
"""Steps that the lead must leave for the counter-melody to move in."""


def write_counter(seat: Seat) -> Score:
    """The score of a counter-melody: one voice, mostly under the lead."""
    notes: list[Note] = []
    last, begun = _HOME, dict[str, int]()
    for bar in seat.plan.bars:
        if bar.first:
            last = begun.setdefault(bar.material, last)
        presence = seat.presence(bar)
        if not presence:
            continue
        stream = seat.bar_stream(bar, "feel")
        for hit in _hits(seat, bar, presence == FULL):
            onset = place(seat.plan, bar, hit.step, stream, "lead")
            end = max(onset + 12, sounding(seat.plan, bar, hit.step, hit.length, 95))
            pitch = _pitch(seat, bar, hit, last, onset, end)
            if pitch is None:
                continue
            velocity = loudness(2 if hit.length > 2 else 1, bar, hit.step, stream, -8)
            notes.append(Note(onset, end - onset, pitch, velocity))
            last = pitch
    return one_voice(finish(hushed(notes, seat.plan.silent), seat.plan.total_ticks))


def _hits(seat: Seat, bar: BarPlan, full: bool) -> list[Hit]:
    """Notes in the lead's gaps, by a rhythm of the style; where there is no gap, one long tone a chord, and
    lightly nothing.
    """
    if bar.final:
        return [Hit(0, bar.grid.steps, "x")]
    gaps = _gaps(seat, bar)
    rhythm = seat.material_stream(bar, f"rhythm {bar.bar % 2}").pick(seat.plan.style.motifs)
    moving = [
        Hit(hit.step, min(hit.length, end - hit.step), hit.mark)
        for hit in fit(rhythm, bar.grid, bar.bar, seat.plan.style.triple)
        for start, end in gaps
        if start <= hit.step < end
    ]
    if moving:
        return restruck(bar, [*moving[:-1], _held(bar, moving[-1])])
    return restruck(bar, [Hit(0, bar.grid.steps, "s")]) if full or gaps else []


def _held(bar: BarPlan, hit: Hit) -> Hit:
    """An answer's last note, held on under the lead."""
    return Hit(hit.step, max(hit.length, min(8, bar.grid.steps - hit.step)), hit.mark)


def _gaps(seat: Seat, bar: BarPlan) -> list[tuple[int, int]]:
    """Spans of steps in which the lead is silent, or holds a note that began before them."""
    struck = seat.onsets("lead", bar)
    busy = {step for step in struck} | {step + 1 for step in struck}
    free = [step not in busy for step in range(bar.grid.steps)] + [False]
    out: list[tuple[int, int]] = []
    start = None
    for step, is_free in enumerate(free):
        if is_free and start is None:
            start = step
        elif not is_free and start is not None:
            if step - start >= min(_GAP, bar.grid.steps):
                out.append((start, step))
            start = None
    return out


def _pitch(seat: Seat, bar: BarPlan, hit: Hit, last: int, onset: int, end: int) -> int | None:
    """The pitch of a note: long and strong ones are tones of the chord, others a step from the note before;
    the nearest that rubs with nothing and is not the lead's own.
    """
    chord = bar.chords[hit.step]
    tones = chord_tones(seat.plan.key, chord)
    stable = hit.length > 2 or bar.grid.strengths[hit.step] >= 2
    classes = set(tones)
    if not stable:
        rubbing = {(tone + way) % 12 for tone in tones for way in (1, -1)}
        classes |= chord_scale(seat.plan.key, chord, seat.plan.style.pentatonic) - rubbing
    choices = seat.clean(pitches(classes, LOW, HIGH), onset, end)
    away = [pitch for pitch in choices if pitch != last] if hit.length <= 4 else choices
    up = seat.choice_stream(bar, f"way {hit.step}").chance(50)
    return nearest(away or choices, last + (1 if up else -1)) if choices else None
