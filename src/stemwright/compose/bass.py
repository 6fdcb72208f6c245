"""The bass part: degrees of the chord tied to the kick, walking lines, notes that lead on."""

from __future__ import annotations

from dataclasses import replace

from stemwright.compose.bass_lines import Lines
from stemwright.compose.bass_pitch import HIGH, LOW, approach, degree, fifth_below, roots
from stemwright.compose.feel import finish, loudness, one_voice, place, sounding
from stemwright.compose.grid import STEP
from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.silence import hushed
from stemwright.compose.spans import ahead
from stemwright.compose.streams import Stream
from stemwright.compose.walking import walk
from stemwright.song.score import Note, Score

_SKIPS = 9
"""Percent of walked quarters that a soft eighth follows."""


class _Writer:
    """Writes a song's bass bar by bar; `notes` are those written so far."""

    def __init__(self, plan: SongPlan) -> None:
        self.plan = plan
        self.notes: list[Note] = []
        self._roots = roots(plan)
        self._lines = Lines(plan)
        self._begun: dict[str, int] = {}
        self._last = 0
        self._ahead = False  # the last note is the next bar's root

    def bar(self, bar: BarPlan) -> None:
        """Write a bar."""
        if bar.first:  # a return goes on from where its section first began
            self._last = self._begun.setdefault(bar.material, self._last)
        timing = self.plan.choice_stream("bass", bar, "timing")
        feel = self.plan.bar_stream("bass", bar, "feel")
        if self.plan.style.walking and bar.level != "sparse" and not bar.final:
            self._walk(bar, timing, feel)
        else:
            self._play(bar, timing, feel)

    def _pitch(self, bar: BarPlan, hit: Hit, stream: Stream) -> int | None:
        chord, bass = bar.chords[hit.step], self._roots[bar.index][hit.step]
        if chord is None or bass is None:
            return None
        if hit.mark == "f":
            return fifth_below(chord, bass) if self.plan.chord_before(bar, hit.step) == chord else bass
        if hit.mark not in "an":
            return degree(hit.mark, chord, bass, self.plan)
        following = ahead(self.plan, self._roots, bar, hit.step)
        if following is None:
            return bass
        return following if hit.mark == "n" else approach(self.plan, chord, following, self._last, stream)

    def _play(self, bar: BarPlan, timing: Stream, feel: Stream) -> None:
        plan = self.plan
        stream = plan.choice_stream("bass", bar, "pitch")
        hits = self._lines.hits(bar)
        if self._ahead:
            self._hold_on(bar, hits[0].step if hits else bar.grid.steps)
        self._ahead = False
        for hit in hits:
            pitch = self._pitch(bar, hit, stream)
            self._ahead = pitch is not None and hit.mark == "n" and hit.step + hit.length == bar.grid.steps
            if pitch is None:
                continue
            ghost = hit.mark == "g"
            self._last = max(LOW, min(HIGH, pitch))
            level = 0 if ghost else 3 if bar.grid.strengths[hit.step] == 4 else 2
            onset = place(plan, bar, hit.step, timing, "bass")
            end = sounding(plan, bar, hit.step, hit.length, 40 if ghost else plan.style.bass_gate)
            velocity = loudness(level, bar, hit.step, feel, -4)
            self.notes.append(Note(onset, max(6, end - onset), self._last, velocity))

    def _hold_on(self, bar: BarPlan, until: int) -> None:
        """A root that came ahead of the bar line sounds on in it, for a beat or up to the next note."""
        note = self.notes[-1]
        if until and bar.start - note.onset < 2 * bar.grid.pulses[0].length * STEP and bar.chords[0]:
            end = sounding(
                self.plan, bar, 0, min(until, bar.grid.pulses[0].length), self.plan.style.bass_gate
            )
            self.notes[-1] = replace(note, duration=max(note.duration, end - note.onset))

    def _walk(self, bar: BarPlan, timing: Stream, feel: Stream) -> None:
        plan = self.plan
        stream = plan.choice_stream("bass", bar, "walk")
        for number, pitch in walk(plan, bar, self._roots, self._last, stream):
            pulse = bar.grid.pulses[number]
            onset = place(plan, bar, pulse.start, timing, "bass")
            end = sounding(plan, bar, pulse.start, pulse.length, plan.style.bass_gate)
            velocity = loudness(2, bar, pulse.start, feel)
            self.notes.append(Note(onset, max(6, end - onset), pitch, velocity))
            self._last = pitch
            if pulse.length == 4 and stream.chance(_SKIPS):  # a skipped eighth now and then
                skip = place(plan, bar, pulse.start + 2, timing, "bass")
                self.notes[-1] = Note(onset, max(6, skip - onset - 2), pitch, velocity)
                self.notes.append(Note(skip, 16, pitch, loudness(0, bar, pulse.start + 2, feel, 8)))


def write_bass(plan: SongPlan) -> Score:
    """The bass score of a song; silent where there is no chord."""
    writer = _Writer(plan)
    for bar in plan.bars:
        writer.bar(bar)
    return one_voice(finish(hushed(writer.notes, plan.silent), plan.total_ticks))
