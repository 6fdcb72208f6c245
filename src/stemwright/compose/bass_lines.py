"""Which notes of the chord the bass plays on which steps of a bar: written lines, lines as bands play them,
turns at the ends of phrases, notes that join the kick.
"""

from __future__ import annotations

from stemwright.compose.comping import PUSH, pushed, read
from stemwright.compose.groove import kick_hits
from stemwright.compose.learned.bass import (
    INSIDE,
    LAST,
    NAME,
    NEW,
    busy_of,
    draw_degrees,
    draw_rhythms,
)
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.spans import changes

_CYCLE = 4
_STRUCK = 4
"""Steps that a bass sounds which a line leaves out and a chord asks for."""
_HEARD = 3
"""Lines that a bass tries beside the kick."""
_TURNS, _LAST_TURNS = 30, 65
"""Percent of phrases, and of sections, whose last bar turns to another line."""


class Lines:
    """The bass's hits, bar by bar, of one song."""

    def __init__(self, plan: SongPlan) -> None:
        self._plan = plan
        self._drawn: dict[tuple[object, ...], list[str]] = {}

    def hits(self, bar: BarPlan) -> list[Hit]:
        """The notes of a bar: a root where a chord changes under a held note, what is pushed ahead at its
        end; what was pushed into it goes on without a new note.
        """
        plan = self._plan
        if bar.final:
            out = [Hit(0, bar.grid.steps, "1")] if bar.index else list(self._written(bar))
        else:
            out = self._line(bar)
        out = _with_basses(bar, _cut(bar, out))
        if bar.index and pushed(plan, plan.bars[bar.index - 1]):
            out = [hit for hit in out if hit.step]
        if pushed(plan, bar):
            place = bar.grid.steps - PUSH
            kept = [Hit(h.step, min(h.length, place - h.step), h.mark) for h in out if h.step < place]
            out = [*kept, Hit(place, PUSH, "n")]
        return out

    def _line(self, bar: BarPlan) -> list[Hit]:
        plan = self._plan
        ends = bar.bar % _CYCLE == _CYCLE - 1 or (bar.last and bar.bars > 1)
        chance = _LAST_TURNS if bar.last else _TURNS
        if ends and plan.choice_stream("bass", bar, "turn").chance(chance):
            lines = plan.style.bass_turns if bar.level != "sparse" else ()
            lines = lines or plan.style.bass[bar.level]
            line = plan.choice_stream("bass", bar, "turned").pick(lines)
            return _locked(plan, bar, fit(line, bar.grid, bar.bar, plan.style.triple))
        if plan.material_stream("bass", bar, "learned").chance(plan.style.bass_learned):
            drawn = self._learned(bar)
            if drawn:
                return drawn
        return _locked(plan, bar, self._written(bar))

    def _written(self, bar: BarPlan) -> tuple[Hit, ...]:
        """One line a section's material: of some, where the bass locks with the kick, the best beside it."""
        plan = self._plan
        stream = plan.material_stream("bass", bar, "line")
        lines = [
            stream.pick(plan.style.bass[bar.level]) for _ in range(_HEARD if plan.style.bass_lock else 1)
        ]
        opening = plan.bars[bar.index - bar.bar]
        line = max(lines, key=lambda text: _share(plan, opening, text))
        return fit(line, bar.grid, bar.bar, plan.style.triple)

    def _learned(self, bar: BarPlan) -> list[Hit]:
        """A bar of a line that bands play, as busy as the style's own are."""
        plan = self._plan
        meter = plan.state.meter_of(bar.index)
        key = (bar.material, meter, plan.groove(bar).kick)
        if key not in self._drawn:
            streams = [plan.material_stream("bass", bar, "rhythm", place) for place in range(_CYCLE)]
            kicks = [
                {hit.step for hit in kick_hits(plan.groove(bar), bar.grid, place, plan.style) if hit.level}
                for place in range(_CYCLE)
            ]
            self._drawn[key] = draw_rhythms(
                plan.table(NAME),
                streams,
                str(meter),
                busy_of(plan.style.bass[bar.level]),
                kicks,
                bar.grid.strengths,
                lambda text, place: _text(read(text, plan.style, bar.grid, place), bar.grid.steps),
            )
        if not self._drawn[key]:
            return []
        rhythm = self._drawn[key][bar.bar % _CYCLE]
        stream = plan.material_stream("bass", bar, "degrees", rhythm)
        line = draw_degrees(plan.table(NAME), stream, rhythm, _places(plan, bar, rhythm), bar.grid.strengths)
        marks = [mark for mark in line if mark not in ".-"]
        hits = read(rhythm, plan.style, bar.grid, bar.bar)
        return [Hit(hit.step, hit.length, mark) for hit, mark in zip(hits, marks, strict=True)]


def _text(hits: tuple[Hit, ...], steps: int) -> str:
    line = ["."] * steps
    for hit in hits:
        line[hit.step : hit.step + hit.length] = "x" + "-" * (hit.length - 1)
    return "".join(line)


def _places(plan: SongPlan, bar: BarPlan, rhythm: str) -> list[str]:
    """Of each step, where a note on it stands in its chord."""
    onsets = [step for step, mark in enumerate(rhythm) if mark == "x"]
    out = [INSIDE] * len(rhythm)
    after = plan.bars[bar.index + 1].chords[0] if bar.index + 1 < len(plan.bars) else None
    for number, step in enumerate(onsets):
        before = bar.chords[onsets[number - 1]] if number else None
        following = bar.chords[onsets[number + 1]] if number + 1 < len(onsets) else after
        if not number or bar.chords[step] != before:
            out[step] = NEW
        elif following is not None and following != bar.chords[step]:
            out[step] = LAST
    return out


def _share(plan: SongPlan, bar: BarPlan, line: str) -> int:
    """Percent of a written line's notes that are on a kick of the bar."""
    kicks = {hit.step for hit in kick_hits(plan.groove(bar), bar.grid, bar.bar, plan.style)}
    hits = fit(line, bar.grid, bar.bar, plan.style.triple)
    return 100 * sum(hit.step in kicks for hit in hits) // len(hits) if hits else 0


def _locked(plan: SongPlan, bar: BarPlan, hits: tuple[Hit, ...]) -> list[Hit]:
    """The line, joined by some of the kicks it leaves alone; notes end where the next begins, and one that
    begins under a held note is held as long.
    """
    stream = plan.material_stream("bass", bar, "lock", bar.bar % 2)
    taken = {hit.step for hit in hits}
    out = list(hits)
    for kick in kick_hits(plan.groove(bar), bar.grid, bar.bar, plan.style):
        if kick.step not in taken and kick.level > 0 and stream.chance(plan.style.bass_lock):
            held = (hit.step + hit.length for hit in hits if hit.step < kick.step)
            out.append(Hit(kick.step, max(2, max(held, default=0) - kick.step), "1"))
    out.sort(key=lambda hit: hit.step)
    ends = [*(hit.step for hit in out), bar.grid.steps][1:]
    return [Hit(h.step, min(h.length, end - h.step), h.mark) for h, end in zip(out, ends, strict=True)]


def _with_basses(bar: BarPlan, hits: list[Hit]) -> list[Hit]:
    """Hits among which every chord that has a bass of its own begins with it: that is what it has it for."""
    out = {hit.step: hit for hit in hits}
    for place in (0, *changes(bar)):
        chord = bar.chords[place]
        if chord is None or chord.bass_pc == chord.root_pc:
            continue
        after = min((step for step in out if step > place), default=bar.grid.steps)
        length = out[place].length if place in out else min(_STRUCK, after - place)
        before = max((step for step in out if step < place), default=None)
        if before is not None and out[before].mark == "n" and before + out[before].length > place:
            continue
        out[place] = Hit(place, length, "1")
    return [out[step] for step in sorted(out)]


def _cut(bar: BarPlan, hits: list[Hit]) -> list[Hit]:
    """A root where the chord changes under a held or silent bass; what comes ahead of a change is held."""
    places = changes(bar)
    out: list[Hit] = []
    for hit in hits:
        cut = next((s for s in places if hit.step < s < hit.step + hit.length), None)
        if cut is None or hit.mark == "n":
            out.append(hit)
            continue
        out.append(Hit(hit.step, cut - hit.step, hit.mark))
        out.append(Hit(cut, hit.step + hit.length - cut, "1"))
    return out
