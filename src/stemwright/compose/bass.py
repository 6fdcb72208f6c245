"""The bass part: degrees of the chord tied to the kick, walking lines, notes that lead on."""

from __future__ import annotations

from stemwright.compose.feel import finish, loudness, one_voice, place, sounding
from stemwright.compose.groove import kick_hits
from stemwright.compose.patterns import Hit, fit
from stemwright.compose.plan import BarPlan, SongPlan
from stemwright.compose.scales import chord_scale, nearest, pitches
from stemwright.compose.silence import hushed
from stemwright.compose.streams import Stream
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score

LOW, HIGH = 28, 55  # E1 to G3
_HOME = 36


def _root(chord: Chord) -> int:
    """The chord's bass note in the low octave of the instrument, E1 to Eb2."""
    return LOW + (chord.bass_pc - LOW) % 12


def _interval(chord: Chord, *sizes: int) -> int | None:
    """The first of these intervals above the root that the chord has."""
    have = {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes}
    return next((size for size in sizes if size in have), None)


def _degree(mark: str, chord: Chord, plan: SongPlan) -> int:
    """The pitch of a pattern mark over a chord (not `a`, `f` and `n`)."""
    root = LOW + (chord.root_pc - LOW) % 12
    if mark in "1gxXs":
        return _root(chord)
    if mark == "8":
        return _root(chord) + 12
    found = {
        "3": _interval(chord, 4, 3, 5, 2, 7),
        "5": _interval(chord, 7, 6, 8),
        "6": _interval(chord, 9, 8, 10, 7),
        "7": _interval(chord, 10, 11, 9, 7),
    }[mark]
    if found is None:
        scale = chord_scale(plan.key, chord)
        wanted = {"3": (4, 3), "5": (7, 6), "6": (9, 8), "7": (10, 11)}[mark]
        found = next((size for size in wanted if (root + size) % 12 in scale), 0)
    return root + found


def _approach(target: int, plan: SongPlan, chord: Chord, stream: Stream, last: int = 0) -> int:
    """A note a step from `target`, not `last`: of the scale, in walking styles at times chromatic."""
    if plan.style.walking and stream.chance(50):
        return stream.pick([pitch for pitch in (target - 1, target + 1) if pitch != last])
    scale = pitches(chord_scale(plan.key, chord), LOW, HIGH)
    near = [pitch for pitch in scale if 0 < abs(pitch - target) <= 2 and pitch != last]
    return stream.pick(near) if near else target


def _pattern(plan: SongPlan, bar: BarPlan) -> tuple[Hit, ...]:
    lines = plan.style.bass[bar.level]
    line = plan.material_stream("bass", bar, "line").pick(lines)
    if bar.bar % 4 == 3 and len(lines) > 1:
        line = plan.choice_stream("bass", bar, "turn").pick((line, line, *lines))
    return fit(line, bar.grid, bar.bar, plan.style.triple)


def _locked(plan: SongPlan, bar: BarPlan, hits: tuple[Hit, ...]) -> list[Hit]:
    """The pattern, joined by some of the kicks it leaves alone; notes end where the next begins."""
    stream = plan.material_stream("bass", bar, "lock", bar.bar % 2)
    taken = {hit.step for hit in hits}
    out = list(hits)
    for kick in kick_hits(bar.groove, bar.grid, bar.bar, plan.style):
        if kick.step not in taken and kick.level > 0 and stream.chance(plan.style.bass_lock):
            out.append(Hit(kick.step, 2, "1"))
    out.sort(key=lambda hit: hit.step)
    ends = [*(hit.step for hit in out), bar.grid.steps][1:]
    return [Hit(h.step, min(h.length, end - h.step), h.mark) for h, end in zip(out, ends, strict=True)]


def _changes(bar: BarPlan, hits: list[Hit]) -> list[Hit]:
    """A root where the chord changes under a held or silent bass."""
    starts = [s for s in range(1, len(bar.chords)) if bar.chords[s] != bar.chords[s - 1]]
    out: list[Hit] = []
    for hit in hits:
        cut = next((s for s in starts if hit.step < s < hit.step + hit.length), None)
        if cut is None:
            out.append(hit)
            continue
        out.append(Hit(hit.step, cut - hit.step, hit.mark))
        out.append(Hit(cut, hit.step + hit.length - cut, "1"))
    return out


def _ending(plan: SongPlan, bar: BarPlan) -> list[Hit]:
    """The last bar: the root, held."""
    return [Hit(0, bar.grid.steps, "1")] if bar.index else list(_pattern(plan, bar))


def _pitch(plan: SongPlan, bar: BarPlan, hit: Hit, chord: Chord, stream: Stream) -> int:
    if hit.mark == "f":
        return _degree("5" if plan.chord_before(bar, hit.step) == chord else "1", chord, plan)
    if hit.mark not in "an":
        return _degree(hit.mark, chord, plan)
    following = plan.chord_ahead(bar, hit.step)
    if hit.mark == "n":
        return _root(following or chord)
    return _approach(_root(following), plan, chord, stream) if following else _root(chord)


def _play(plan: SongPlan, bar: BarPlan, hits: list[Hit], stream: Stream) -> list[Note]:
    notes: list[Note] = []
    pitch_stream = plan.choice_stream("bass", bar, "pitch")
    for hit in hits:
        chord = bar.chords[hit.step]
        if chord is None:
            continue
        ghost = hit.mark == "g"
        pitch = max(LOW - 1, min(HIGH, _pitch(plan, bar, hit, chord, pitch_stream)))
        level = 0 if ghost else 3 if bar.grid.strengths[hit.step] == 4 else 2
        onset = place(plan, bar, hit.step, stream, "bass")
        end = sounding(plan, bar, hit.step, hit.length, 40 if ghost else plan.style.bass_gate)
        notes.append(Note(onset, max(6, end - onset), pitch, loudness(level, bar, hit.step, stream, -4)))
    return notes


def _walk(plan: SongPlan, bar: BarPlan, last: int, stream: Stream) -> tuple[list[tuple[Hit, int]], int]:
    """A walking bar, a note a pulse: the root of each new chord, chord tones, an approach before a change."""
    out: list[tuple[Hit, int]] = []
    pulses = bar.grid.pulses
    for index, pulse in enumerate(pulses):
        chord = bar.chords[pulse.start]
        if chord is None:
            continue
        before = bar.chords[pulses[index - 1].start] if index else None
        ahead = (
            bar.chords[pulses[index + 1].start]
            if index + 1 < len(pulses)
            else plan.chord_ahead(bar, pulse.start)
        )
        if chord != before:
            choices = pitches({chord.bass_pc}, LOW, HIGH - 5)
        elif ahead is not None and (index + 1 == len(pulses) or ahead != chord):
            goal = nearest(pitches({ahead.bass_pc}, LOW, HIGH - 5), last)
            choices = [_approach(goal, plan, chord, stream, last)]
        else:
            choices = [p for p in pitches(chord.pitch_classes, LOW, HIGH) if p != last and abs(p - last) <= 9]
            if stream.chance(30):
                choices = [
                    p for p in pitches(chord_scale(plan.key, chord), LOW, HIGH) if 0 < abs(p - last) <= 4
                ] or choices
        last = max(LOW, min(HIGH, nearest(choices, (last + 40 + stream.jitter(5)) // 2 if last else _HOME)))
        out.append((Hit(pulse.start, pulse.length, "1"), last))
    return out, last


def _walking_notes(plan: SongPlan, bar: BarPlan, last: int, stream: Stream) -> tuple[list[Note], int]:
    walked, last = _walk(plan, bar, last, plan.choice_stream("bass", bar, "walk"))
    notes: list[Note] = []
    for hit, pitch in walked:
        onset = place(plan, bar, hit.step, stream, "bass")
        end = sounding(plan, bar, hit.step, hit.length, plan.style.bass_gate)
        notes.append(Note(onset, max(6, end - onset), pitch, loudness(2, bar, hit.step, stream)))
        if hit.length == 4 and stream.chance(9):  # a skipped eighth now and then
            skip = place(plan, bar, hit.step + 2, stream, "bass")
            notes[-1] = Note(onset, max(6, skip - onset - 2), pitch, notes[-1].velocity)
            notes.append(Note(skip, 16, pitch, loudness(0, bar, hit.step + 2, stream, 8)))
    return notes, last


def write_bass(plan: SongPlan) -> Score:
    """The bass score of a song; silent where there is no chord."""
    notes: list[Note] = []
    last, begun = 0, dict[str, int]()
    for bar in plan.bars:
        stream = plan.bar_stream("bass", bar, "feel")
        if bar.first:
            last = begun.setdefault(bar.material, last)
        if plan.style.walking and bar.level != "sparse" and not bar.final:
            walked, last = _walking_notes(plan, bar, last, stream)
            notes += walked
            continue
        hits = _ending(plan, bar) if bar.final else _locked(plan, bar, _pattern(plan, bar))
        notes += _play(plan, bar, _changes(bar, hits), stream)
    return one_voice(finish(hushed(notes, plan.silent), plan.total_ticks))
