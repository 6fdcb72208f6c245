"""The lead part: a melody from motifs. Phrases of four bars state a motif, repeat or answer it, and rest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from stemwright.compose.feel import finish, loudness, one_voice, place, sounding
from stemwright.compose.form import ENERGY
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale, chord_tones, nearest, pitches
from stemwright.compose.streams import Stream
from stemwright.song.score import Note, Score

LOW, HIGH = 60, 84  # C4 to C6
_PHRASES = ("aabc", "abac", "aaac", "abbc", "aabd")
_STEPS = (-2, -1, -1, -1, -1, 0, 1, 1, 1, 1, 2)
_WIDEST = 7  # semitones between two notes of a phrase
_STEPWISE = 4  # semitones within which a melody goes by steps where it can
_AWAY = 6  # semitones from the section's height from which on a melody turns back


@dataclass(frozen=True, slots=True)
class Motif:
    """A rhythm (a pattern) and how the melody moves at each note, in scale steps; `start` lifts its first."""

    pattern: str
    moves: tuple[int, ...]
    start: int


def _moves(stream: Stream, leaps: int) -> tuple[int, ...]:
    """A contour: mostly steps; after a leap the melody turns back."""
    out: list[int] = []
    while len(out) < 32:
        if stream.chance(leaps):
            leap = stream.pick((-4, -3, 3, 3, 4))
            out += [leap, -1 if leap > 0 else 1]
        else:
            out.append(stream.pick(_STEPS))
    return tuple(out[:32])


def _motif(plan: SongPlan, bar: BarPlan, letter: str) -> Motif:
    stream = plan.material_stream("lead", bar, "motif", letter)
    patterns = [stream.pick(plan.style.motifs) for _ in range(3)]
    notes = [sum(mark not in ".-" for mark in pattern) for pattern in patterns]
    pattern = patterns[max(range(3), key=lambda i: notes[i])] if bar.family == "solo" else patterns[0]
    return Motif(pattern, _moves(stream, plan.style.leaps), stream.between(-2, 3))


def _letter(plan: SongPlan, bar: BarPlan) -> str:
    """Which motif a bar plays; the last bar of a phrase or section closes (c, d)."""
    scheme = plan.material_stream("lead", bar, "scheme").pick(_PHRASES)
    letter = scheme[bar.bar % 4]
    return "c" if bar.last and letter in "ab" and bar.bars > 1 else letter


def _rests(plan: SongPlan, bar: BarPlan) -> bool:
    """Whether the lead leaves a bar to the others: every second bar of an intro or outro, by two bars."""
    if bar.level != "sparse" or bar.bars < 2 or bar.final:
        return False
    return bar.bar % 4 in ((0, 1) if bar.family == "intro" and bar.bars > 2 else (1, 3))


def _closing(bar: BarPlan, hits: list[Hit]) -> list[Hit]:
    """A phrase's last bar: some notes, a long one, and a rest."""
    steps = bar.grid.steps
    until = bar.grid.halves() or steps
    early = [hit for hit in hits if hit.step <= until] or hits[:1]
    last = early[-1]
    length = max(1, min(steps * 3 // 4, steps) - last.step) if steps > 4 else 1
    return [*early[:-1], Hit(last.step, min(length, steps - last.step), last.mark)]


def _varied(plan: SongPlan, bar: BarPlan, hits: list[Hit]) -> list[Hit]:
    """Repeats are not exact: a long note splits in two, or a weak note falls away."""
    stream = plan.choice_stream("lead", bar, "vary")
    repeat = bar.bar > 0 or (bar.occurrence > 0 and not bar.kept)
    if not repeat or not hits or not stream.chance(30):
        return hits
    index = stream.below(len(hits))
    hit = hits[index]
    if hit.length >= 4:
        half = hit.length // 2
        return [
            *hits[:index],
            Hit(hit.step, half, hit.mark),
            Hit(hit.step + half, hit.length - half, "s"),
            *hits[index + 1 :],
        ]
    if bar.grid.strengths[hit.step] < 2 and len(hits) > 3:
        return hits[:index] + hits[index + 1 :]
    return hits


def _hits(plan: SongPlan, bar: BarPlan, letter: str, motif: Motif) -> list[Hit]:
    hits = list(fit(motif.pattern, bar.grid, bar.bar, plan.style.triple, bar.bar % 4 != 1))
    if bar.grid.steps < 8 and hits and bar.bar % 2:  # very short bars: breathe
        hits = hits[:1]
    hits = _varied(plan, bar, hits)
    return _closing(bar, hits) if letter in "cd" and hits else hits


def _final(plan: SongPlan, bar: BarPlan, last: int) -> tuple[Hit, int]:
    """The last note: the tonic where the chord has it, else the chord's root."""
    chord = bar.chords[0]
    tones = chord_tones(plan.key, chord)
    goal = plan.key.tonic_pc if plan.key.tonic_pc in tones else tones[0]
    return Hit(0, bar.grid.steps, "X"), nearest(pitches({goal}, LOW, HIGH), last)


def _centre(bar: BarPlan) -> int:
    """The height that a section's melody keeps to, at each of its returns."""
    return 66 + (ENERGY[bar.family] - 4) * 3 // 2


def _ladder(plan: SongPlan, bar: BarPlan, step: int) -> list[int]:
    return pitches(chord_scale(plan.key, bar.chords[step], plan.style.pentatonic), LOW, HIGH)


def _moved(ladder: list[int], pitch: int, steps: int) -> int:
    """The pitch `steps` rungs from the rung nearest to `pitch`."""
    at = ladder.index(nearest(ladder, pitch)) + steps
    return ladder[max(0, min(len(ladder) - 1, at))]


def _stable(plan: SongPlan, bar: BarPlan, hit: Hit) -> bool:
    """Whether a note must belong to its chord: it stands on a strong pulse, or lasts. Over chords of two
    tones, on any pulse.
    """
    strong = 2 if plan.style.color == "power" else 3
    return bar.grid.strengths[hit.step] >= strong or hit.length > 4


def _usable(plan: SongPlan, bar: BarPlan, hit: Hit) -> list[int]:
    """The pitches that a note may have: chord tones where it is stable; else none that rubs a semitone over
    a tone of the chord, on pulses nor one that rubs under it.
    """
    tones = chord_tones(plan.key, bar.chords[hit.step])
    if _stable(plan, bar, hit):
        return pitches(tones, LOW, HIGH)
    ladder = _ladder(plan, bar, hit.step)
    rubs = {(tone + 1) % 12 for tone in tones}
    if bar.grid.strengths[hit.step] >= 2:
        rubs |= {(tone - 1) % 12 for tone in tones}
    return [pitch for pitch in ladder if pitch % 12 in tones or pitch % 12 not in rubs] or ladder


def _melody(plan: SongPlan, bar: BarPlan, motif: Motif, hits: list[Hit], last: int) -> list[int]:
    """The pitches of a bar's notes: phrases begin where the motif says, later bars near the note before."""
    out: list[int] = []
    for index, hit in enumerate(hits):
        move = motif.moves[hit.step % len(motif.moves)]
        if index == 0:
            target, before = _opening(bar, motif, last), last
        else:
            before = out[-1]
            if abs(before - _centre(bar)) > _AWAY:
                move = -abs(move) if before > _centre(bar) else abs(move)
            target = _moved(_ladder(plan, bar, hit.step), before, move)
        out.append(_settled(plan, bar, hit, target + (move > 0) - (move < 0), before))
    return _joined(plan, bar, motif, hits, out)


def _joined(plan: SongPlan, bar: BarPlan, motif: Motif, hits: list[Hit], melody: list[int]) -> list[int]:
    """Notes between two stable ones lead from the one to the other, rung by rung; where these are near each
    other, they go out and come back.
    """
    out = list(melody)
    stable = [index for index, hit in enumerate(hits) if _stable(plan, bar, hit)]
    for first, last in pairwise(stable):
        count = last - first
        for index in range(first + 1, last):
            hit, gone = hits[index], index - first
            ladder = _ladder(plan, bar, hit.step)
            start, end = (ladder.index(nearest(ladder, melody[at])) for at in (first, last))
            if abs(end - start) <= 1:
                rung = start + min(gone, count - gone, 2) * (
                    1 if motif.moves[hit.step % len(motif.moves)] >= 0 else -1
                )
            else:
                rung = start + (2 * (end - start) * gone + count) // (2 * count)
            out[index] = nearest(_usable(plan, bar, hit), ladder[max(0, min(len(ladder) - 1, rung))])
    return out


def _opening(bar: BarPlan, motif: Motif, last: int) -> int:
    """Where a bar's melody would begin."""
    wanted = _centre(bar) + motif.start
    return (wanted + last) // 2 if last and bar.bar % 4 else wanted


def _widest(bar: BarPlan, hit: Hit) -> int:
    """The widest leap to a note, in semitones: more where a section or a phrase begins."""
    if hit.step >= 8:
        return _WIDEST
    return 12 if bar.first else _WIDEST if bar.bar % 4 else _WIDEST + 2


def _settled(plan: SongPlan, bar: BarPlan, hit: Hit, target: int, before: int) -> int:
    """The usable pitch nearest to `target`, by no wider leap than is sung."""
    choices = _usable(plan, bar, hit)
    widest = _widest(bar, hit)
    sung = [pitch for pitch in choices if abs(pitch - before) <= widest] if before else choices
    if not before or abs(target - before) > _STEPWISE:
        return nearest(sung or choices, target)
    return min(sung or choices, key=lambda pitch: (abs(pitch - target) + _unsung(pitch - before), pitch))


def _unsung(interval: int) -> int:
    """What a melody that moves by steps would rather not do: stand still, or skip a third or more."""
    return 2 if interval == 0 else 0 if abs(interval) <= 2 else 3


def _end_step(plan: SongPlan, bar: BarPlan, hit: Hit, pitch: int) -> int:
    """Where a note stops: where written, or before a chord whose scale lacks it."""
    for step in range(hit.step + 1, hit.step + hit.length):
        if pitch % 12 not in chord_scale(plan.key, bar.chords[step]):
            return step
    return hit.step + hit.length


def _play(plan: SongPlan, bar: BarPlan, hits: list[Hit], melody: list[int]) -> list[Note]:
    stream = plan.bar_stream("lead", bar, "feel")
    notes: list[Note] = []
    for hit, pitch in zip(hits, melody, strict=True):
        onset = place(plan, bar, hit.step, stream, "lead")
        end = sounding(plan, bar, hit.step, _end_step(plan, bar, hit, pitch) - hit.step, plan.style.lead_gate)
        level = 3 if bar.grid.strengths[hit.step] >= 3 else max(1, hit.level)
        velocity = loudness(level, bar, hit.step, stream, (pitch - 70) // 3)
        notes.append(Note(onset, max(8, end - onset), pitch, velocity))
    return notes


def write_lead(plan: SongPlan) -> Score:
    """The lead score of a song: one voice."""
    notes: list[Note] = []
    last, begun = 0, dict[str, int]()
    for bar in plan.bars:
        if bar.first:
            last = begun.setdefault(bar.material, last)
        if _rests(plan, bar):
            continue
        letter = _letter(plan, bar)
        motif = _motif(plan, bar, letter)
        hits = _hits(plan, bar, letter, motif)
        melody = _melody(plan, bar, motif, hits, last)
        if bar.final:
            final, pitch = _final(plan, bar, last or _centre(bar))
            hits, melody = [final], [pitch]
        notes += _play(plan, bar, hits, melody)
        last = melody[-1] if melody else last
    return one_voice(finish(notes, plan.total_ticks))
