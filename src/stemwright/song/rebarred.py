"""Songs whose bars are others of the same song: inserted, deleted, repeated, moved.

All of it is one thing: for each bar of the new song the bar that it comes from (`Bars.sources`), None where
it is new. State, notes, frames and samples follow from that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from stemwright.errors import UsageError
from stemwright.song.bar_map import Changes, at_bar
from stemwright.song.form import Section
from stemwright.song.rhythm import RhythmMap
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

Value = TypeVar("Value")
Source = int | None


@dataclass(frozen=True, slots=True)
class Bars:
    """`sources`: of each new bar the old one (from 0), None: new. `sections`: the new form."""

    sources: tuple[Source, ...]
    sections: tuple[Section, ...]

    @property
    def new(self) -> list[int]:
        """The bars (from 0) that come from nowhere."""
        return [bar for bar, source in enumerate(self.sources) if source is None]


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar on its way: where it comes from, the section it lies in, and which instance of one that is."""

    source: Source
    name: str
    section: object


def inserted(state: GlobalState, at: int, count: int, name: str | None = None) -> Bars:
    """`count` new bars before bar `at` (from 0; the number of bars: at the end), in a section of their own,
    `name`, else in the one that ends or goes on there. UsageError outside the song.
    """
    if not 0 <= at <= state.bars:
        raise UsageError(
            f"bar {at + 1}: is outside the song; bars 1 to {state.bars + 1} can be what comes next"
        )
    bars = _bars(state)
    inside = bars[at] if at < len(bars) and at > 0 and bars[at].section == bars[at - 1].section else None
    near = inside or bars[at - 1 if at else 0]
    new = [_Bar(None, name or near.name, "new" if name else near.section)] * count
    head = bars[:at]
    tail = bars[at:] if inside is None or name is None else [_apart(bar, inside) for bar in bars[at:]]
    return _made([*head, *new, *tail])


def deleted(state: GlobalState, span: range) -> Bars:
    """The song without some bars (from 0). UsageError where none would be left."""
    if len(span) >= state.bars:
        raise UsageError(f"bars {_text(span)}: are the whole song; leave a bar of it")
    return _made([bar for number, bar in enumerate(_bars(state)) if number not in span])


def repeated(state: GlobalState, span: range, times: int) -> Bars:
    """Some bars `times` more, after themselves. Whole sections come again as sections; by a part of one the
    section grows.
    """
    bars = _bars(state)
    part = bars[span.start : span.stop]
    whole = _is_whole(bars, span)
    again = [
        _Bar(bar.source, bar.name, (number, bar.section) if whole else part[-1].section)
        for number in range(times)
        for bar in part
    ]
    return _made([*bars[: span.stop], *again, *bars[span.stop :]])


def moved(state: GlobalState, span: range, to: int) -> Bars:
    """Some bars before bar `to` of the song as it is (from 0; the number of bars: its end). UsageError where
    that lies among them, or outside the song.
    """
    if not 0 <= to <= state.bars:
        raise UsageError(f"bar {to + 1}: is outside the song; give 1 to {state.bars + 1}")
    if span.start < to < span.stop:
        raise UsageError(f"bars {_text(span)}: cannot go to bar {to + 1}, which is one of them")
    if to in (span.start, span.stop):
        return Bars(tuple(range(state.bars)), state.sections)
    bars = _bars(state)
    part = [_Bar(bar.source, bar.name, ("moved", bar.section)) for bar in bars[span.start : span.stop]]
    rest = [bar for number, bar in enumerate(bars) if number not in span]
    at = to if to <= span.start else to - len(span)
    split = 0 < at < len(rest) and rest[at - 1].section == rest[at].section
    tail = [_apart(bar, rest[at]) for bar in rest[at:]] if split else rest[at:]
    return _made([*rest[:at], *part, *tail])


def reordered(state: GlobalState, order: Sequence[int]) -> Bars:
    """The sections (from 0) in another order. UsageError unless each is named once."""
    if sorted(order) != list(range(len(state.sections))):
        raise UsageError(
            f"order: name each of the sections 1 to {len(state.sections)} once; a section more is: bars "
            "repeat, one less: bars delete",
            field="order",
        )
    bars = _bars(state)
    return _made([bar for section in order for bar in bars if bar.section == section])


def renamed(state: GlobalState, number: int, name: str) -> Bars:
    """The section `number` (from 0) under another name."""
    sections = [Section(name, s.bars) if at == number else s for at, s in enumerate(state.sections)]
    return Bars(tuple(range(state.bars)), tuple(sections))


def rebarred_state(old: GlobalState, bars: Bars, decide: Callable[[GlobalState], GlobalState]) -> GlobalState:
    """The state of the new song. What new bars have, chords and rhythm, is that of the same place in another
    section of the same name, else what `decide` says of a state without; tempo and meter go on.
    """
    steady = _steady(old, bars.sources)
    bpm, tempos = _changes([old.timebase.bpm_of(source) for source in steady])
    meter, meters = _changes([old.meter_of(source) for source in steady])
    plain = GlobalState(
        bpm, meter, old.key, bars.sections, (), None, old.style, tempos, meters, old.density, old.dynamics
    )
    if not old.chords and old.rhythm is None:
        return plain
    likes = _likes(old, plain, bars.sources)
    decided = decide(plain) if None in likes else plain
    chords = [
        chord
        for bar, like in enumerate(likes)
        for chord in (decided.chords_of(bar) if like is None else old.chords_of(like))
    ]
    rhythm = old.rhythm
    if rhythm is not None:
        steps = [
            decided.rhythm.bars[bar] if like is None and decided.rhythm else rhythm.bars[like or 0]
            for bar, like in enumerate(likes)
        ]
        rhythm = RhythmMap(rhythm.swing, tuple(steps))
    return plain.with_(chords=tuple(chords) if old.chords else (), rhythm=rhythm)


def rebarred_score(score: Score, old: GlobalState, new: GlobalState, sources: Sequence[Source]) -> Score:
    """The notes of the bars that stay, where they are now. A note that rings on into bars that do not follow
    any more ends before them.
    """
    starts = [note.onset for note in score.notes]
    found: list[Note] = []
    for bar, source in enumerate(sources):
        if source is None:
            continue
        after = bar
        while after + 1 < len(sources) and sources[after + 1] == source + (after + 1 - bar):
            after += 1
        shift = new.bar_tick(bar) - old.bar_tick(source)
        end = new.bar_tick(after + 1)
        for number in _between(starts, old.bar_tick(source), old.bar_tick(source + 1)):
            note = score.notes[number]
            onset = note.onset + shift
            found.append(Note(onset, min(note.duration, end - onset), note.pitch, note.velocity))
    return Score.from_notes(found)


def rebarred_levels(usual: Value, changes: Changes[Value], sources: Sequence[Source]) -> Changes[Value]:
    """Levels that change at bars, each bar's as it was; new bars have that of the bar before. `usual`: what
    holds from the beginning until a change.
    """
    found: list[Value] = []
    for source in sources:
        before = found[-1] if found else usual
        found.append(before if source is None else at_bar(usual, changes, source))
    return tuple((bar, now) for bar, now in enumerate(found) if now != (found[bar - 1] if bar else usual))


def frame_sources(old: GlobalState, new: GlobalState, sources: Sequence[Source]) -> list[Source]:
    """Of each frame of the new song the old one that it is. A bar may be a frame longer or shorter than it
    was, since bars begin at whole frames: then one in its middle stands twice, or is left out.
    """
    found: list[Source] = []
    for bar, source in enumerate(sources):
        length = new.timebase.bar_frame(bar + 1) - new.timebase.bar_frame(bar)
        if source is None:
            found += [None] * length
            continue
        first = old.timebase.bar_frame(source)
        was = old.timebase.bar_frame(source + 1) - first
        found += [first + (2 * frame + 1) * was // (2 * length) for frame in range(length)]
    return found


def _bars(state: GlobalState) -> list[_Bar]:
    numbered = (
        (number, section) for number, section in enumerate(state.sections) for _ in range(section.bars)
    )
    return [_Bar(bar, section.name, number) for bar, (number, section) in enumerate(numbered)]


def _apart(bar: _Bar, inside: _Bar) -> _Bar:
    """A bar of what is left of a section that was divided."""
    return _Bar(bar.source, bar.name, ("rest", bar.section)) if bar.section == inside.section else bar


def _made(bars: Sequence[_Bar]) -> Bars:
    sections = []
    for _, group in groupby(bars, lambda bar: (bar.section, bar.name)):
        found = list(group)
        sections.append(Section(found[0].name, len(found)))
    return Bars(tuple(bar.source for bar in bars), tuple(sections))


def _is_whole(bars: Sequence[_Bar], span: range) -> bool:
    """Whether some bars begin with a section and end with one."""
    begins = span.start == 0 or bars[span.start - 1].section != bars[span.start].section
    ends = span.stop == len(bars) or bars[span.stop].section != bars[span.stop - 1].section
    return begins and ends


def _steady(old: GlobalState, sources: Sequence[Source]) -> list[int]:
    """Of each new bar one whose tempo and meter it has: its own, else that of the bar before, else after."""
    found: list[Source] = []
    for source in sources:
        found.append(found[-1] if source is None and found else source)
    first = next((source for source in found if source is not None), old.bars - 1)
    return [first if source is None else source for source in found]


def _changes(values: Sequence[Value]) -> tuple[Value, Changes[Value]]:
    changes = tuple((bar, now) for bar, now in enumerate(values) if bar and now != values[bar - 1])
    return values[0], changes


def _likes(old: GlobalState, new: GlobalState, sources: Sequence[Source]) -> list[Source]:
    """Of each new bar the old one whose chords it has."""
    found = list(sources)
    for bar in [bar for bar, source in enumerate(sources) if source is None]:
        _, section, inside = new.section_of_bar(bar)
        found[bar] = _same_place(old, section.name, inside, new.meter_of(bar))
    return found


def _same_place(old: GlobalState, name: str, inside: int, meter: object) -> Source:
    first, found = 0, None
    for section in old.sections:
        bar = first + inside % section.bars
        if section.name == name and old.meter_of(bar) == meter:
            found = bar
        first += section.bars
    return found


def _between(starts: Sequence[int], low: int, high: int) -> range:
    return range(bisect_left(starts, low), bisect_left(starts, high))


def _text(span: range) -> str:
    return f"{span.start + 1}-{span.stop}"
