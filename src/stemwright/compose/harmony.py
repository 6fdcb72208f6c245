"""The harmony part: voice-led chords in a comping rhythm: held, tied, struck short, or broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stemwright.compose.comping import PUSH, Figure, figure
from stemwright.compose.feel import finish, loudness, place, sounding
from stemwright.compose.form import ENERGY
from stemwright.compose.grid import STEP
from stemwright.compose.hands import Breaking, alone, struck
from stemwright.compose.inner import top_line
from stemwright.compose.leading import Returns, join, lead
from stemwright.compose.patterns import Hit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.silence import hushed
from stemwright.compose.spans import ByStep, ahead, by_step
from stemwright.compose.streams import Stream
from stemwright.compose.voicing import Manner, Voicing
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score

_MIDDLE = 60
"""The mean of a verse's voices: C4."""


def manner(plan: SongPlan, bar: BarPlan) -> Manner:
    """How chords are laid out in a section: fuller and higher in a chorus, at each of its returns alike."""
    kind = plan.style.voicing
    more = bar.level == "chorus"
    voices = 3 if kind == "power" else 4 if kind == "drop2" or more else 3
    lift = (ENERGY[bar.family] - 5) * (5 if more else 1) // 3
    return Manner(kind, voices, _MIDDLE + lift)


def voicings(plan: SongPlan) -> ByStep[Voicing]:
    """The voicing of every step of a song."""
    first: list[BarPlan] = []

    def solve(chords: Sequence[Chord], before: Voicing | None, start: int) -> Sequence[Voicing]:
        bar = first[-1]
        stream = plan.material_stream("harmony", bar, "contour", start)
        wishes, wish = [], 0
        for _ in chords:  # a line that wanders
            wish = max(-3, min(3, wish + stream.jitter(2)))
            wishes.append(wish)
        return lead(tuple(chords), before or (), manner(plan, bar), plan.key, tuple(wishes))

    def begin(before: Voicing, chord: Chord, played: Sequence[Voicing]) -> Voicing:
        return join(before, chord, played, manner(plan, first[-1]), plan.key)

    returns = Returns(solve, begin)

    def section(bar: BarPlan, chords: Sequence[Chord]) -> Sequence[Voicing]:
        first.append(bar)
        return returns.section((bar.material, manner(plan, bar)), chords)

    return by_step(plan, section)


def _staying(stack: Voicing, held: Mapping[int, int]) -> set[int]:
    """The pitches of a held chord that are tied over a change: those that stay; where two voices or more
    move, the outer ones are struck again with them.
    """
    same = {pitch for pitch in stack if pitch in held}
    return same if len(stack) - len(same) < 2 else same - {stack[0], stack[-1]}


def _strummed(plan: SongPlan, bar: BarPlan, step: int, number: int, voices: int, feel: Stream) -> int:
    """Ticks after the strike at which a voice sounds: upwards on the beat, downwards between beats."""
    if not plan.style.spread or voices < 2:
        return 0
    order = number if bar.grid.strengths[step] >= 2 else voices - 1 - number
    return max(0, order * plan.style.spread + feel.jitter(1))


class _Writer:
    """Writes a song's chords bar by bar; `notes` are those written so far."""

    def __init__(self, plan: SongPlan) -> None:
        self.plan = plan
        self.notes: list[Note] = []
        self._values = voicings(plan)
        self._held: dict[int, int] = {}  # pitch -> its note that sounds up to `_until`
        self._until = -1
        self._strokes = 0  # of the bar before

    def bar(self, bar: BarPlan) -> None:
        """Write a bar."""
        played = figure(self.plan, bar)
        breaking, before = Breaking.of(self.plan, bar), self._strokes
        self._strokes = len(played.hits)
        timing = self.plan.choice_stream("harmony", bar, "timing")
        feel = self.plan.bar_stream("harmony", bar, "feel")
        for count, hit in enumerate(played.hits):
            chord = bar.chords[hit.step]
            stack = self._values[bar.index][hit.step]
            if hit.mark == "n":
                stack = ahead(self.plan, self._values, bar, hit.step) or stack
            if chord is None or stack is None:
                continue
            if not count and played.tied:
                self._hold_on(bar, hit)
            elif played.how == "arp" and not alone(hit):
                self._break(bar, hit, breaking.voices(bar, count, before, stack), timing, feel)
            else:
                self._strike(bar, hit, played, stack, timing, feel)

    def _end(self, bar: BarPlan, hit: Hit, how: str) -> int:
        style = self.plan.style
        gate = (
            min(style.comp_gate, 60) if how == "stab" else 100 if how == "pad" else max(style.comp_gate, 80)
        )
        return sounding(self.plan, bar, hit.step, hit.length, gate)

    def _hold_on(self, bar: BarPlan, hit: Hit) -> None:
        """What was struck ahead of the bar line sounds as long as its written strike would have."""
        end = sounding(self.plan, bar, hit.step, hit.length, 90)
        for number in self._held.values():
            note = self.notes[number]
            if note.end > bar.start - (PUSH + 1) * STEP:  # what was struck ahead
                self.notes[number] = replace(note, duration=max(note.duration, end - note.onset))

    def _strike(
        self, bar: BarPlan, hit: Hit, played: Figure, stack: Voicing, timing: Stream, feel: Stream
    ) -> None:
        onset = place(self.plan, bar, hit.step, timing, "harmony")
        end = self._end(bar, hit, played.how)
        loud = loudness(hit.level, bar, hit.step, feel, -12)
        tied = played.how == "pad" and hit.mark != "X" and not alone(hit)
        after = ahead(self.plan, self._values, bar, hit.step)
        chosen = stack if tied else struck(self.plan, bar, hit, stack, played.how, after)
        at = bar.start + bar.ticks[hit.step]
        tie: set[int] = set()
        if played.how == "pad" and hit.mark != "X" and self._until == at and not bar.first:
            tie = {pitch for pitch in _staying(chosen, self._held) if self._fresh(bar, pitch)}
        held: dict[int, int] = {}
        for number, pitch in enumerate(chosen):
            if pitch in tie:
                held[pitch] = self._held[pitch]
                note = self.notes[held[pitch]]
                self.notes[held[pitch]] = replace(note, duration=end - note.onset)
                continue
            start = onset + _strummed(self.plan, bar, hit.step, number, len(chosen), timing)
            velocity = loud + (4 if number == len(chosen) - 1 else -3 if number else 0)
            held[pitch] = len(self.notes)
            self.notes.append(Note(start, max(18, end - start), pitch, max(1, min(127, velocity))))
        long = hit.length >= 8 and played.how in ("block", "pad") and chosen == stack
        if long and not bar.final:
            self._move_top(bar, hit, stack, held)
        self._held, self._until = held, end if played.how == "pad" else -1

    def _fresh(self, bar: BarPlan, pitch: int) -> bool:
        """Whether a held pitch was struck in this bar or the one before: what decays is held no longer."""
        return self.notes[self._held[pitch]].onset >= self.plan.bars[bar.index - 1].start

    def _move_top(self, bar: BarPlan, hit: Hit, stack: Voicing, held: dict[int, int]) -> None:
        """A long chord's highest voice is suspended from the chord before, or passes on to the next."""
        top = self.notes[held[stack[-1]]]
        if top.onset < bar.start + bar.ticks[hit.step] - 12:  # tied from before
            return
        after = ahead(self.plan, self._values, bar, hit.step)
        before = self._values[bar.index][hit.step - 1] if hit.step else None
        if not hit.step and bar.index:
            before = self._values[bar.index - 1][-1]
        stream = self.plan.choice_stream("harmony", bar, f"motion {hit.step}")
        if not stream.chance(self.plan.style.motion):
            return
        chord = bar.chords[hit.step]
        line = top_line(self.plan.key, chord, stack, before or (), after or (), stream)
        if line is None:
            return
        pitch, early = line
        start, end = bar.start + bar.ticks[hit.step], bar.start + bar.ticks[hit.step + hit.length]
        beat = (bar.grid.pulses[0].length) * 24
        middle = start + beat if early else end - beat
        if not top.onset + 18 <= middle <= top.end - 18:
            return
        first, second = (pitch, top.pitch) if early else (top.pitch, pitch)
        self.notes[held[stack[-1]]] = replace(top, duration=middle - top.onset, pitch=first)
        held.pop(stack[-1])
        held[second] = len(self.notes)
        self.notes.append(Note(middle, top.end - middle, second, max(1, top.velocity - 6)))

    def _break(self, bar: BarPlan, hit: Hit, voices: Voicing, timing: Stream, feel: Stream) -> None:
        """A stroke of a broken chord; it rings on."""
        onset = place(self.plan, bar, hit.step, timing, "harmony")
        change = next(
            (s for s in range(hit.step, bar.grid.steps) if bar.chords[s] != bar.chords[hit.step]),
            bar.grid.steps,
        )
        stack = self._values[bar.index][hit.step] or voices
        loud = loudness(hit.level, bar, hit.step, feel, -6)
        self._held, self._until = {}, -1
        for pitch in voices:
            length = min(hit.length * (4 if pitch == stack[0] else 2), max(hit.length, change - hit.step))
            end = sounding(self.plan, bar, hit.step, length, 95)
            velocity = loud + (3 if pitch == stack[-1] else 0)
            self._held[pitch] = len(self.notes)
            self.notes.append(Note(onset, max(18, end - onset), pitch, max(1, min(127, velocity))))


def write_harmony(plan: SongPlan) -> Score:
    """The harmony score of a song; silent where there is no chord."""
    writer = _Writer(plan)
    for bar in plan.bars:
        writer.bar(bar)
    return finish(hushed(writer.notes, plan.silent), plan.total_ticks)
