"""`lyrics --write`: drafts for the phrases of a song's melody, by Stemwright or by another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.producer.lyric_program import by_program
from stemwright.producer.lyrics import keep, melodies, melody_of, told, wishes_of
from stemwright.song.document import MAX_SEED
from stemwright.song.lyric_lane import Lane, build
from stemwright.song.lyric_spots import Spot, beat_spots, melody_spots
from stemwright.song.lyric_text import Verse, is_sung, returns
from stemwright.words.drafting import Part, Shape, drafted
from stemwright.words.program import running
from stemwright.words.syllables import language_of_lines
from stemwright.words.themes import names, theme_of

if TYPE_CHECKING:
    from stemwright.producer.details import ChangedLyrics
    from stemwright.song.document import Song
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

MAX_THEME = 200
_LEAST, _MOST = 3, 11  # syllables of a line
_USUAL = (8, 7)  # of lines to the beats, in turn
_GOOD = 8  # syllables of a line, as near as phrases of 1, 2 or 4 bars come
_PACE = 2  # syllables a second to the beats
_STRONG = 3  # weight of a spot from which on it wants a stressed syllable
_SCHEMES = {2: ("AA",), 3: ("AXA", "AAX"), 4: ("ABCB", "AABB", "ABAB")}


@dataclass(frozen=True, slots=True)
class Lyricist:
    """What is to be written, by whom: `by`, a program's command line, None: Stemwright. `timeout`: seconds
    that it has; `seed`: None: the song's.
    """

    theme: str
    by: str | None = None
    timeout: float | None = None
    seed: int | None = None

    @classmethod
    def asked(
        cls, theme: str | None, by: str | None = None, timeout: float | None = None, seed: int | None = None
    ) -> Self | None:
        """None where no theme is given. UsageError for one that is empty or too long."""
        if theme is None:
            for name, value in (("by", by), ("timeout", timeout), ("seed", seed)):
                if value is not None:
                    raise UsageError(f"{argument(name)}: goes with {argument('write')} THEME")
            return None
        plain = " ".join(theme.split())
        if not plain or len(plain) > MAX_THEME or not plain.isprintable():
            raise UsageError(f"{argument('write')}: give a theme of 1 to {MAX_THEME} signs, as 'the sea'")
        if timeout is not None and by is None:
            raise UsageError(f"{argument('timeout')}: goes with {argument('by')}")
        if seed is not None and not 0 <= seed <= MAX_SEED:
            raise UsageError(f"{argument('seed')} {seed}: give a whole number from 0 to {MAX_SEED}")
        return cls(plain, by, timeout, seed)


@dataclass(frozen=True, slots=True)
class _Section:
    """A section and the phrases of its lines. `same`: the section whose words it has again."""

    index: int
    rooms: tuple[tuple[int, int, int], ...]
    part: Part
    same: int | None


def draft(path: Path, by: Lyricist, layer: str | None) -> dict[str, Any]:
    """Write words to the song's melody; returns what `producer.lyrics.facts` does. UsageError and
    StemwrightError, and nothing changed, where that cannot be.
    """

    def change(folder: SongFolder, song: Song) -> tuple[Lane | None, list[str], ChangedLyrics]:
        melody = melody_of(song, layer)
        score = melodies(folder, song, melody).get(melody or "")
        seed = song.seed if by.seed is None else by.seed
        sections = _sections(song.state, score, seed)
        new = [section for section in sections if section.same is None]
        lines, language, remarks, writer = _written(song, by, new, seed)
        verses: list[Verse] = []
        texts = {section.index: told for section, told in zip(new, lines, strict=True)}
        for section in sections:
            own = texts[section.index if section.same is None else section.same]
            rooms = zip(own, section.rooms, strict=False)
            verses += [Verse(text, low, high, start) for text, (low, high, start) in rooms]
        made = _built(song.state, score, verses, melody, language, writer)
        details = told(made.lyrics, "written", theme=by.theme, seed=seed, writer=writer)
        return made, remarks, details

    return keep(path, change)


def _built(
    state: GlobalState,
    score: Score | None,
    verses: Sequence[Verse],
    melody: str | None,
    language: str,
    writer: str,
) -> Lane:
    try:
        return build(state, score, wishes_of(verses, language), melody, language)
    except UsageError as error:
        raise StemwrightError(f"{writer}: {error.marked}") from None


def _written(
    song: Song, by: Lyricist, sections: Sequence[_Section], seed: int
) -> tuple[list[list[str]], str, list[str], str]:
    """Lines of each section, their language, what to say, and who wrote them."""
    parts = [section.part for section in sections]
    if by.by is None:
        theme, known = theme_of(by.theme)
        remarks = [f"drafted with the images of {theme.name!r}"]
        if not known:
            also = f"known are {', '.join(names())}"
            remarks = [f"no images for {by.theme[:40]!r}, drafted with those of {theme.name!r}; {also}"]
        return drafted(theme, parts, seed), "en", remarks, "stemwright"
    with running(by.by, by.timeout) as program:
        lines, remarks = by_program(program, song, by.theme, seed, parts)
    return lines, language_of_lines(line for part in lines for line in part), remarks, program.name


def _sections(state: GlobalState, score: Score | None, seed: int) -> list[_Section]:
    """The sections that are sung, with their phrases. UsageError where the melody has no room for words."""
    spots = melody_spots(state, score) if score is not None else None
    edges = list(accumulate((section.bars for section in state.sections), initial=0))
    sung = [n for n, section in enumerate(state.sections) if is_sung(section.name)]
    found: list[_Section] = []
    firsts: dict[str, int] = {}
    for index in sung or range(len(state.sections)):
        name = state.sections[index].name
        rooms = _rooms(state, spots, edges[index], edges[index + 1])
        if not rooms:
            continue
        again = firsts.setdefault(name, index) if returns(name) else index
        part = _part(state, spots, name, rooms, seed + index)
        found.append(_Section(index, rooms, part, again if again != index else None))
    if not found:
        raise UsageError(
            "the melody has too few notes for words; name another with "
            f"{argument('layer')}, or write more of it first"
        )
    return [_longest(section, found) for section in found]


def _longest(section: _Section, sections: Sequence[_Section]) -> _Section:
    """A section with the phrases of the longest of those that have its words again."""
    alike = [other for other in sections if section.index in (other.index, other.same)]
    return replace(section, part=max(alike, key=lambda other: len(other.rooms)).part)


def _rooms(
    state: GlobalState, spots: Sequence[Spot] | None, first: int, stop: int
) -> tuple[tuple[int, int, int], ...]:
    """The phrases of bars `first` to before `stop` that have notes enough for a line: (low, high, start)."""
    choices: list[tuple[int, list[int]]] = []
    for size in (1, 2, 4):
        counts = (
            [
                len(_inside(spots, state.bar_tick(bar), state.bar_tick(min(bar + size, stop))))
                for bar in range(first, stop, size)
            ]
            if spots is not None
            else []
        )
        if spots is None:
            seconds = float(state.timebase.tick_seconds(state.bar_tick(first + 1), state.bar_tick(first)))
            counts = [round(_PACE * size * seconds)]
        sung = sorted(count for count in counts if count >= _LEAST)
        middle = sung[len(sung) // 2] if sung else 0
        choices.append((abs(middle - _GOOD), [size]))
    size = min(choices)[1][0]
    rooms = []
    for bar in range(first, stop, size):
        low, high = state.bar_tick(bar), state.bar_tick(min(bar + size, stop))
        if spots is None or len(_inside(spots, low, high)) >= _LEAST:
            rooms.append((low, high, low))
    return tuple(rooms)


def _inside(spots: Sequence[Spot], low: int, high: int) -> list[Spot]:
    return [spot for spot in spots if low <= spot.tick < high]


def _part(
    state: GlobalState,
    spots: Sequence[Spot] | None,
    name: str,
    rooms: Sequence[tuple[int, int, int]],
    seed: int,
) -> Part:
    rhymes = _scheme(len(rooms), seed, returns(name))
    shapes = []
    for number, ((low, high, _), rhyme) in enumerate(zip(rooms, rhymes, strict=True)):
        if spots is None:
            own = beat_spots(state, low, high, _USUAL[number % 2])
            count = min(_USUAL[number % 2], len(own))
        else:
            own = _inside(spots, low, high)
            count = min(len(own), _MOST)
        stress = "".join("1" if spot.weight >= _STRONG else "0" for spot in own[:count])
        shapes.append(Shape(count, stress, rhyme, tuple(own)))
    return Part(name, returns(name), tuple(shapes))


def _scheme(count: int, seed: int, chorus: bool) -> list[str]:
    """A letter for each line, the same for those that rhyme; "" with none. Fours, then what is left."""
    letters: list[str] = []
    group = 0
    while len(letters) < count:
        size = min(4, count - len(letters))
        schemes = _SCHEMES.get(size, ("X",))
        scheme = "AABB" if chorus and size == 4 else schemes[seed % len(schemes)]
        single = {sign for sign in scheme if scheme.count(sign) == 1}
        letters += ["" if sign in single else f"{sign}{group + 1}" for sign in scheme]
        group += 1
    return letters
