"""Forms drawn from what real songs do (`learned.forms`) or from a style's usual ones, of a length that is
asked for; the same for a seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from stemwright.compose.form import family, material
from stemwright.compose.learned import forms as asked
from stemwright.compose.learned.tables import Table, table
from stemwright.compose.streams import Stream
from stemwright.compose.style import Style
from stemwright.song.form import MAX_SECTIONS, parse_form
from stemwright.song.meter import Meter
from stemwright.song.state import Section

Form = tuple[Section, ...]

DRAWS = 48
"""Forms that are drawn to choose from where a length is asked for."""
NEAR = 12
"""A form is long enough where it misses less than one part in so many."""
EDITS = 40
LONGEST = 32
"""Bars that a section is lengthened to."""
ROOM = 24
"""Bars in which a section can return."""
ASIDE = ("intro", "outro", "interlude")
OPEN = ("intro", "prechorus", "build", "interlude", "breakdown")
"""Sections that want another one after them."""
ROUND = 6
"""Sections at most that are played again together."""
FILLING = ("interlude", "solo", "bridge", "breakdown", "build", "prechorus")
"""Sections that do not come twice in a row."""
KEPT = ("verse", "chorus")
"""Sections of which one is kept where a song has any."""


def auto_form(style: Style, bpm: Fraction, meter: Meter, seed: int, seconds: int | None = None) -> Form:
    """A form for a style and tempo. `seconds`: about how long the song should be."""
    if seconds is None:
        return _drawn(style, bpm, seed, 0)
    wanted = bars_of(seconds, bpm, meter)
    drawn = [_drawn(style, bpm, seed, number) for number in range(DRAWS)]
    nearest = min(drawn, key=lambda form: 100 * abs(_bars(form) - wanted) + _lack(form, wanted))
    return _simple(wanted, fitted(nearest, wanted))


def bars_of(seconds: int, bpm: Fraction, meter: Meter) -> int:
    """The bars, at least one, that take so long."""
    exact = Fraction(seconds) * bpm * meter.d / (240 * meter.n)
    return max(1, int(exact + Fraction(1, 2)))


def _bars(form: Sequence[Section]) -> int:
    return sum(section.bars for section in form)


def _drawn(style: Style, bpm: Fraction, seed: int, number: int) -> Form:
    """The form of a draw."""
    stream = Stream(seed, "form", style.form_genre, number)
    if style.forms:
        return parse_form(stream.pick(style.forms))
    return _of_table(table(asked.NAME), style.form_genre, round(bpm), stream)


def _of_table(found: Table, genre: str, bpm: int, stream: Stream) -> Form:
    order = found["order"].draw(stream, asked.order_contexts(genre))
    names = (order or "intro verse chorus verse chorus outro").split()
    rows = asked.in_rows(names)
    firsts: dict[str, int] = {}
    out = []
    for place, name in enumerate(names):
        if name not in firsts:
            drawn = found["bars"].draw(stream, asked.bars_contexts(genre, name, name in rows, bpm))
            bars = firsts[name] = int(drawn or 8)
        else:
            contexts = asked.again_contexts(genre, name, name not in names[place + 1 :])
            bars = _scaled(firsts[name], found["again"].draw(stream, contexts) or asked.SAME)
        out.append(Section(name, bars))
    return tuple(out)


def _scaled(bars: int, ratio: str) -> int:
    if ratio == asked.HALF and bars % 4 == 0:
        return bars // 2
    return 2 * bars if ratio == asked.TWICE and 2 * bars <= LONGEST else bars


def fitted(form: Form, wanted: int) -> Form:
    """The form with sections left out, played again, halved or doubled until it has about so many bars."""
    for _ in range(EDITS):
        miss = abs(_bars(form) - wanted)
        if miss * NEAR <= wanted:
            break
        tried = (
            (100 * abs(_bars(other) - wanted) + cost * wanted + _lack(other, wanted), other)
            for cost, other in _edits(form)
        )
        best = min(tried, key=lambda pair: pair[0], default=(0, form))
        if abs(_bars(best[1]) - wanted) >= miss:
            break
        form = best[1]
    return form


def _lack(form: Form, wanted: int) -> int:
    """What a form lacks that has room for it, in hundredths of bars: a section that returns, a last one that
    closes it, an intro and an outro shorter than what they stand beside, verses and choruses of eight bars.
    """
    names = [material(section.name) for section in form]
    returns = len(set(names)) < len(names) or wanted < ROOM
    kept = [section.bars for section, name in zip(form, names, strict=True) if family(name) in KEPT]
    beside = [section.bars for section, name in zip(form, names, strict=True) if name in ASIDE]
    out = 0 if returns else 25
    out += 10 if names[-1] in OPEN else 0
    out += 15 if kept and max(beside, default=0) > max(kept) else 0
    return wanted * (out + (15 if wanted >= 2 * ROOM and min(kept, default=8) < 8 else 0))


def _edits(form: Form) -> Iterator[tuple[int, Form]]:
    """Forms that differ a little, each with what it costs in percent of the length: a whole round more or
    less of a song is little, a song without its intro is much.
    """
    names = [material(section.name) for section in form]
    for place, name in enumerate(names):
        alone = names.count(name) == 1
        beside = 0 < place < len(names) - 1 and names[place - 1] == names[place + 1]
        if len(form) > 1 and not (alone and name in KEPT) and not (beside and names[place - 1] in FILLING):
            cost = 20 if place in (0, len(form) - 1) else 8 if alone else 4
            yield cost, form[:place] + form[place + 1 :]
    for name in dict.fromkeys(names):
        own = [section.bars for section in form if material(section.name) == name]
        if all(bars % 8 == 0 for bars in own):
            yield 6, tuple(_resized(section, name, 1, 2) for section in form)
        if family(name) in KEPT and max(own) * 2 <= LONGEST:
            yield 12, tuple(_resized(section, name, 2, 1) for section in form)
    body = next((place for place, name in enumerate(names) if name != "intro"), 0)
    for first, name in enumerate(names):
        for end in range(first + 1, min(first + ROUND, len(names)) + 1):
            whole = family(names[end - 1]) == "chorus" or (end < len(names) and names[end] == name)
            if (name == "verse" or first == body) and whole and len(form) + end - first <= MAX_SECTIONS:
                yield 5, form[:end] + form[first:end] + form[end:]
        if len(form) < MAX_SECTIONS and name in KEPT:
            yield 9, form[: first + 1] + form[first:]


def _resized(section: Section, name: str, up: int, down: int) -> Section:
    return Section(section.name, section.bars * up // down) if material(section.name) == name else section


def _simple(wanted: int, form: Form) -> Form:
    """The form, or where it is far from as short as wanted one of a verse, and a chorus where there is
    room.
    """
    if 4 * abs(_bars(form) - wanted) <= wanted:
        return form
    if wanted < 8:
        return (Section("verse", wanted),)
    if wanted < 24:
        verse = max(4, wanted // 8 * 4)
        return (Section("verse", verse), Section("chorus", max(4, (wanted - verse) // 4 * 4)))
    return form
