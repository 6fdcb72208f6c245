"""The harmony part: voice-led chords in a comping rhythm: held, struck short, or broken."""

from __future__ import annotations

from stemwright.compose.feel import finish, loudness, place, sounding
from stemwright.compose.form import ENERGY
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.silence import hushed
from stemwright.compose.streams import Stream
from stemwright.compose.style import Comp
from stemwright.compose.voicing import Voicing, voice
from stemwright.song.score import Note, Score

_HELD = Comp("x---------------")
_ORDERS = {
    3: ((0, 1, 2, 1), (0, 2, 1, 2), (0, 1, 2)),
    4: ((0, 1, 2, 3), (0, 2, 1, 3, 2, 1), (0, 1, 2, 3, 2, 1)),
}


def _comp(plan: SongPlan, bar: BarPlan) -> Comp:
    """The comping of a bar: one a section's material, at times another in the fourth bar, held at the end."""
    if bar.final and bar.index:
        return _HELD
    comps = plan.style.comps[bar.level]
    comp = plan.material_stream("harmony", bar, "comp").pick(comps)
    if bar.bar % 4 == 3 and plan.choice_stream("harmony", bar, "turn").chance(35):
        comp = plan.choice_stream("harmony", bar, "other").pick(comps)
    return comp


def _hits(plan: SongPlan, bar: BarPlan, comp: Comp) -> list[Hit]:
    """The comping's notes, cut and struck again where a held chord changes."""
    written = fit(comp.pattern, bar.grid, bar.bar, plan.style.triple, comp.how == "arp")
    if comp is _HELD:
        written = (Hit(0, bar.grid.steps, "x"),)
    out: list[Hit] = []
    for hit in written:
        start, end = hit.step, hit.step + hit.length
        for step in range(start + 1, end):
            if bar.chords[step] != bar.chords[step - 1]:
                out.append(Hit(start, step - start, hit.mark))
                start = step
        out.append(Hit(start, end - start, hit.mark))
    return out


def _centre(bar: BarPlan) -> int:
    """The height that a section's chords keep to, at each of its returns."""
    return 61 + (ENERGY[bar.family] - 5) * 2 // 3


def _voices(stack: Voicing, comp: Comp, count: int, order: tuple[int, ...]) -> Voicing:
    return (stack[order[count % len(order)] % len(stack)],) if comp.how == "arp" else stack


def _strike(
    plan: SongPlan, bar: BarPlan, hit: Hit, comp: Comp, pitches: Voicing, stream: Stream
) -> list[Note]:
    onset = place(plan, bar, hit.step, stream, "harmony")
    gate = min(plan.style.comp_gate, 60) if comp.how == "stab" else max(plan.style.comp_gate, 88)
    end = sounding(plan, bar, hit.step, hit.length, gate)
    if comp.how == "arp":  # broken chords ring on
        change = next(
            (s for s in range(hit.step, bar.grid.steps) if bar.chords[s] != bar.chords[hit.step]),
            bar.grid.steps,
        )
        end = sounding(plan, bar, hit.step, min(hit.length * 2, change - hit.step), 95)
    velocity = loudness(hit.level, bar, hit.step, stream, -12 if comp.how != "arp" else -6)
    return [
        Note(
            onset,
            max(18, end - onset),
            pitch,
            max(1, min(127, velocity + (3 if pitch == pitches[-1] else 0))),
        )
        for pitch in pitches
    ]


def write_harmony(plan: SongPlan) -> Score:
    """The harmony score of a song; silent where there is no chord."""
    notes: list[Note] = []
    before: Voicing = ()
    begun: dict[str, Voicing] = {}
    for bar in plan.bars:
        if bar.first:
            before = begun.setdefault(bar.material, before)
        comp = _comp(plan, bar)
        stream = plan.bar_stream("harmony", bar, "feel")
        orders = _ORDERS[4 if len(before) == 4 else 3]
        order = plan.material_stream("harmony", bar, "order").pick(orders)
        for count, hit in enumerate(_hits(plan, bar, comp)):
            chord = bar.chords[hit.step]
            if chord is None:
                continue
            if hit.mark == "n":
                chord = plan.chord_ahead(bar, hit.step) or chord
            stack = voice(chord, before, _centre(bar))
            before = stack
            notes += _strike(plan, bar, hit, comp, _voices(stack, comp, count, order), stream)
    return finish(hushed(notes, plan.silent), plan.total_ticks)
