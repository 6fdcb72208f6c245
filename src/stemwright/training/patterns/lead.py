"""Learning the table "lead" from the melodies of a corpus: lead sheets first, then songs and games."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from stemwright.compose.grid import STEP, Grid, grid_of
from stemwright.compose.learned import lead as coords
from stemwright.compose.learned.counts import Counting
from stemwright.corpus.song import CorpusSong
from stemwright.song.harmony import Chord
from stemwright.song.score import Note
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol

SHEETS = 10
"""How often a note of a lead sheet counts in subjects that know no families: there are seven of art songs."""
_LEAST = {coords.RHYTHM: 20, coords.FORM: 6, coords.CONTOUR: 12, coords.MOVES: 160, coords.TONES: 40}
"""Contexts seen more seldom are left to more general ones."""

Seen = tuple[str, tuple[str, ...], str, int]
"""Subject, contexts, symbol, and how often it counts."""


@dataclass(frozen=True, slots=True)
class _Sung:
    """A note of a melody: step of its bar, sounding steps, pitch, and its degree in the key."""

    step: int
    length: int
    pitch: int
    degree: int


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar of a melody; `line` is "" where its notes fall between the sixteenths."""

    grid: Grid
    line: str
    notes: tuple[_Sung, ...]
    chords: tuple[Chord | None, ...]  # a step

    @property
    def half(self) -> str:
        """The line's first half."""
        return self.line[: self.grid.halves()]


def learn_lead(material: Material) -> Learned:
    """Count every melody of the songs; held out: bits a symbol of each subject, and of its symbols alone."""
    counting = {subject: Counting() for subject in (coords.DENSITY, coords.FORM, coords.CONTOUR, *_LEAST)}
    plain = {subject: Counting() for subject in counting}
    names = set()
    for song in material.train:
        for subject, contexts, symbol, times in _seen(song):
            counting[subject].add(contexts, symbol, times)
            plain[subject].add(("",), symbol, times)
            names.add(song.source)
    table = {subject: counts.done(_LEAST.get(subject, 1)) for subject, counts in counting.items()}
    alone = {subject: counts.done() for subject, counts in plain.items()}
    held: dict[str, list[tuple[Sequence[str], str]]] = {subject: [] for subject in counting}
    for song in material.valid:
        if song.source == "openewld":
            for subject, contexts, symbol, _ in _seen(song):
                held[subject].append((contexts, symbol))
    figures = {}
    for subject, counts in table.items():
        figures[f"{subject} bits"] = bits_a_symbol(counts, held[subject])
        figures[f"{subject} order 0 bits"] = bits_a_symbol(
            alone[subject], [(("",), symbol) for _, symbol in held[subject]]
        )
    return Learned(table, frozenset(names), figures)


def _seen(song: CorpusSong) -> Iterator[Seen]:
    """Everything that a song's melody shows."""
    times = SHEETS if song.source == "openewld" else 1
    if "lead" not in song.scores or len(song.scores["lead"].notes) < 16:
        return
    bars = _bars(song)
    family = coords.family_of(song.state.style)
    first = 0
    for section in song.state.sections:
        own = bars[first : first + section.bars]
        first += section.bars
        if sum(bool(bar.notes) for bar in own) * 2 < len(own):
            continue
        sounds = bool(first > section.bars and _reaches(bars[first - section.bars - 1]))
        for subject, contexts, symbol in (*_rhythms(own, family, sounds), *_forms(own, family)):
            yield subject, contexts, symbol, 1
    for subject, contexts, symbol in _pitches(song, bars):
        yield subject, contexts, symbol, times if subject == coords.MOVES else 1


def _bars(song: CorpusSong) -> list[_Bar]:
    """The bars of a song's melody, of several notes together the highest."""
    state, key = song.state, song.state.key
    top: dict[int, Note] = {}
    for note in song.scores["lead"].notes:
        if note.onset not in top or note.pitch > top[note.onset].pitch:
            top[note.onset] = note
    notes = [top[onset] for onset in sorted(top)]
    out, place, held = [], 0, 0
    for index in range(state.bars):
        grid, start = grid_of(state.meter_of(index)), state.bar_tick(index)
        line = ["-" if step * STEP + start + STEP // 2 < held else "." for step in range(grid.steps)]
        inside: list[_Sung] = []
        clear = True
        while place < len(notes) and notes[place].onset < start + grid.steps * STEP - STEP // 2:
            note = notes[place]
            following = notes[place + 1].onset if place + 1 < len(notes) else note.end
            place += 1
            step = max(0, (note.onset - start + STEP // 2) // STEP)
            clear &= abs(note.onset - start - step * STEP) <= 3 and line[step] != "x"
            held = min(note.end, following)
            length = max(1, (held - note.onset + STEP // 2) // STEP)
            line[step:] = ["-"] * (grid.steps - step)
            line[step] = "x"
            for rest in range(step + length, grid.steps):
                line[rest] = "."
            inside.append(_Sung(step, length, note.pitch, coords.degree(key, note.pitch)))
        beats = state.chords_of(index) if state.chords else ()
        chords = tuple(beats[step // grid.beat_steps] for step in range(grid.steps)) if beats else ()
        out.append(_Bar(grid, "".join(line) if clear else "", tuple(inside), chords))
    return out


def _reaches(bar: _Bar) -> bool:
    return bool(bar.line) and bar.line[-1] != "."


def _rhythms(bars: Sequence[_Bar], family: str, sounds: bool) -> Iterator[tuple[str, tuple[str, ...], str]]:
    busy = coords.density(sum(len(bar.notes) for bar in bars), sum(bar.grid.steps for bar in bars))
    yield coords.DENSITY, (family, ""), busy
    for number, bar in enumerate(bars):
        if not bar.line:
            sounds = False
            continue
        cells = coords.cells(bar.line, bar.grid)
        for index, cell in enumerate(cells):
            left = len(bars) - 1 - number
            contexts = coords.rhythm_contexts(bar.grid, family, busy, left, sounds, cells[:index])
            yield coords.RHYTHM, contexts, cell
        sounds = _reaches(bar)


def _forms(bars: Sequence[_Bar], family: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    relations: list[str] = []
    for number, bar in enumerate(bars):
        relation = _relation(bars, number)
        left = len(bars) - 1 - number
        yield coords.FORM, coords.form_contexts(family, left, relations), relation
        relations.append(relation)
        if relation != "new":
            lag = int(relation.removeprefix("h"))
            other = bars[number - lag]
            alike = bar.chords[:1] == other.chords[:1]
            contour = _contour(bar, other, relation[0] == "h")
            yield coords.CONTOUR, coords.contour_contexts(relation, left, alike), contour


def _relation(bars: Sequence[_Bar], number: int) -> str:
    """The bar that a bar is most like: in pitches too, in rhythm, or in the rhythm of its first half."""
    bar = bars[number]
    if len(bar.notes) < 2 or not bar.line:
        return "new"
    others = [(lag, bars[number - lag]) for lag in coords.LAGS if lag <= number]
    alike = [(lag, other) for lag, other in others if other.line == bar.line]
    exact = [lag for lag, other in alike if _contour(bar, other, False) == "same"]
    if exact or alike:
        return str(exact[0] if exact else alike[0][0])
    half = bar.grid.halves()
    if half and sum(mark == "x" for mark in bar.half) > 1:
        for lag, other in others:
            if other.half == bar.half:
                return f"h{lag}"
    return "new"


def _contour(bar: _Bar, other: _Bar, half: bool) -> str:
    """How a bar's pitches relate to those of one of the same rhythm."""
    until = bar.grid.halves() if half else bar.grid.steps
    one = [note for note in bar.notes if note.step < until]
    two = [note for note in other.notes if note.step < until]
    pairs = list(zip(one, two, strict=False))
    if [a.pitch for a, _ in pairs] == [b.pitch for _, b in pairs]:
        return "same"
    moved = {a.degree - b.degree for a, b in pairs}
    if len(moved) == 1:
        by = moved.pop()
        return f"{max(-5, min(5, by)):+d}" if by else "like"
    return "like" if _signs(one) == _signs(two) else "free"


def _signs(notes: Sequence[_Sung]) -> list[int]:
    degrees = [note.degree for note in notes]
    return [(b > a) - (b < a) for a, b in pairwise(degrees)]


def _pitches(song: CorpusSong, bars: Sequence[_Bar]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Moves and tones of a melody."""
    key, family = song.state.key, coords.family_of(song.state.style)
    ends = _ends(song)
    line = list(_in_order(bars))
    centre = median_low([note.degree for _, _, note in line])
    moved: int | None = None
    for place, (at, bar, note) in enumerate(line):
        wait = line[place + 1][0] - at if place + 1 < len(line) else 99
        breath = wait - note.length >= 4 or wait >= 8
        strength = bar.grid.strengths[min(note.step, bar.grid.steps - 1)]
        chord = bar.chords[note.step] if bar.chords else None
        if chord is not None:
            home = breath and (place + 1 == len(line) or any(at < end <= at + wait for end in ends))
            contexts = coords.tone_contexts(family, key, chord, strength, note.length, breath, home)
            yield coords.TONES, contexts, str((note.pitch - chord.root_pc) % 12)
        if place:
            before_at, _, before = line[place - 1]
            symbol = coords.move(before.degree, note.degree)
            contexts = coords.move_contexts(moved, before.degree - centre, at - before_at)
            yield coords.MOVES, contexts, symbol
            moved = int(symbol)
        moved = None if breath else moved


def _in_order(bars: Iterable[_Bar]) -> Iterator[tuple[int, _Bar, _Sung]]:
    """(step of the song, bar, note) of every note."""
    start = 0
    for bar in bars:
        for note in bar.notes:
            yield start + note.step, bar, note
        start += bar.grid.steps


def _ends(song: CorpusSong) -> list[int]:
    """The steps of the song at which sections end."""
    state, out, bars = song.state, [], 0
    for section in state.sections:
        bars += section.bars
        out.append((state.bar_tick(bars) if bars < state.bars else state.total_ticks) // STEP)
    return out
