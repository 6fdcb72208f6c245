"""The lead part: the melody of every section, played with feeling."""

from __future__ import annotations

from stemwright.compose.feel import finish, loudness, one_voice, place
from stemwright.compose.learned import lead as coords
from stemwright.compose.melody.form import ends_phrase, peak
from stemwright.compose.melody.pitches import window
from stemwright.compose.melody.rhythm import Span
from stemwright.compose.melody.section import Sung, SungBar, sing
from stemwright.compose.patterns import LEVELS
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale
from stemwright.song.score import Note, Score

_SHORTEST = 8  # ticks
_SWELL = (0, 3, 5, 0)
"""How much louder each bar of a phrase of four is: phrases grow towards their third bar, and end softly."""
_PEAK = 6


def write_lead(plan: SongPlan) -> Score:
    """The lead score of a song: one voice."""
    known = plan.table(coords.NAME)
    notes: list[Note] = []
    first: dict[str, Sung] = {}
    for bars in _sections(plan):
        own = sing(plan, bars, known, first.get(bars[0].material, ()))
        first.setdefault(bars[0].material, own)
        top = peak(plan, bars)
        for bar, sung in zip(bars, own, strict=True):
            notes += _play(plan, bar, sung, bar.bar == top)
    return one_voice(finish(notes, plan.total_ticks))


def _sections(plan: SongPlan) -> list[list[BarPlan]]:
    """The bars of each section."""
    out: list[list[BarPlan]] = []
    for bar in plan.bars:
        if bar.first:
            out.append([])
        out[-1].append(bar)
    return out


def _play(plan: SongPlan, bar: BarPlan, sung: SungBar, peak: bool) -> list[Note]:
    stream = plan.bar_stream("lead", bar, "feel")
    timing = plan.choice_stream("lead", bar, "timing")  # a line that comes back leans as it did
    middle = window(plan, bar).middle
    notes: list[Note] = []
    for index, (span, pitch) in enumerate(zip(sung.spans, sung.pitches, strict=True)):
        onset = place(plan, bar, span.step, timing, "lead")
        begin = bar.start + bar.ticks[span.step]
        end = begin + (_end(plan, bar, span, pitch) - begin) * plan.style.lead_gate // 100
        level = 3 if bar.grid.strengths[span.step] >= 3 else max(1, LEVELS.get(span.mark, 2))
        trim = (pitch - middle) // 3 + _SWELL[3 - (bar.bars - 1 - bar.bar) % 4] + _PEAK * peak
        if ends_phrase(bar) and index + 1 == len(sung.spans):
            trim -= _PEAK
        velocity = loudness(level, bar, span.step, stream, trim)
        notes.append(Note(onset, max(_SHORTEST, end - onset), pitch, velocity))
    return notes


def _end(plan: SongPlan, bar: BarPlan, span: Span, pitch: int) -> int:
    """The tick at which a note stops: where written, or before a chord whose scale lacks it."""
    step = span.step
    for _ in range(span.length - 1):
        before = bar.chords[step]
        step += 1
        if step == bar.grid.steps:
            bar, step = plan.bars[bar.index + 1], 0
        if bar.chords[step] != before and pitch % 12 not in chord_scale(plan.key, bar.chords[step]):
            return bar.start + bar.ticks[step]
    return bar.start + bar.ticks[step + 1]
