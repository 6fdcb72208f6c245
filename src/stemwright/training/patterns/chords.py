"""Learning the table "chords": charts of songs counted, each kind of section of a song once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stemwright.compose.degrees import NONE, chords_in, parts, plain, plain_bar
from stemwright.compose.learned import chords as asked
from stemwright.compose.learned.counts import Counting, Counts
from stemwright.corpus.charted import Charted
from stemwright.corpus.charts import CHORDS, chart_of, charts
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol

WEIGHTS = {"billboard": 2, "rs200": 1, "openewld": 2, "lieder": 1, "chord_progressions": 1}
"""How often a song counts; RS200 has each twice."""
ASIDE = frozenset({"classical"})
"""Families that count for themselves alone."""
POWER = frozenset({"rock", "metal"})
"""Families in which a chord without its third is one; elsewhere the annotator heard none."""
LEAST = {"bar": 9}
"""Contexts seen less often are left out, 5 where nothing is said."""
RARE = 33
"""A quality that a triad has less often than once in so many times is left out."""
TAIL = 4
"""Bars at most in which the end of a section may leave its loop."""

Asked = tuple[str, list[str], str]
"""A subject, the contexts in which it was asked, and what was there."""


def learn_chords(material: Material) -> Learned:
    """Count the charts of the corpus and of the sources; figures in bits on songs that were held out."""
    songs = [chart for song in material.train if (chart := chart_of(song)) is not None]
    if material.sources is not None:
        songs += [song for song in charts(material.sources / "symbolic").songs if song.source in CHORDS]
    counting = {subject: Counting() for subject in asked.SUBJECTS}
    held: dict[str, list[tuple[list[str], str]]] = {subject: [] for subject in asked.SUBJECTS}
    for song in songs:
        for subject, contexts, symbol in seen(song):
            if NONE in symbol.split():
                continue
            if song.held_out:
                if song.family not in ASIDE:
                    held[subject].append((contexts, symbol))
            else:
                counting[subject].add(_shared(song, contexts), symbol, WEIGHTS[song.source])
    table = {subject: found.done(LEAST.get(subject, 5)) for subject, found in counting.items()}
    table = {subject: _lean(counts) for subject, counts in table.items()}
    table["colour"] = _usual(table["colour"])
    figures = {f"{subject} bits": bits_a_symbol(table[subject], held[subject]) for subject in asked.SUBJECTS}
    return Learned(table, frozenset(song.source for song in songs), figures)


def _shared(song: Charted, contexts: list[str]) -> list[str]:
    """The contexts that a song is counted in."""
    if song.family not in ASIDE:
        return contexts
    return [context for context in contexts if context.startswith(f"{song.family}|")][-1:]


def _lean(counts: Counts) -> Counts:
    """The counts without symbols that came once in a context of many."""
    rows = {}
    for context in counts.to_json():
        row = counts.row(context)
        many = sum(row.values()) >= 60
        rows[context] = {symbol: count for symbol, count in row.items() if not many or count > 1} or dict(row)
    return Counts(rows)


def _usual(counts: Counts) -> Counts:
    """The counts without symbols that are rarer than one in RARE of their context."""
    rows = {context: counts.row(context) for context in counts.to_json()}
    return Counts(
        {c: {s: n for s, n in row.items() if n * RARE >= sum(row.values())} for c, row in rows.items()}
    )


def seen(song: Charted) -> Iterator[Asked]:
    """All that a song's chart says."""
    known = [(asked.kind(part.name), part) for part in song.parts if part.chords]
    bars = [[plain_bar(bar, song.mode) for bar in part.chords] for _, part in known]
    firsts: dict[str, list[str]] = {}
    heard: set[tuple[str, tuple[str, ...]]] = set()
    for place, (kind, part) in enumerate(known):
        own = bars[place]
        if any(NONE in bar.split() for bar in own) or (kind, tuple(own)) in heard:
            continue
        heard.add((kind, tuple(own)))
        loop, tail = loop_of(own)
        if len(song.parts) > 1:
            shape = f"{loop}+{tail}" if loop else phrases_of(own)
            yield "loop", asked.loop_contexts(song.family, kind, len(own)), shape
        yield from _of_loop(song, kind, own[: loop or len(own)], loop)
        ahead = chords_in(bars[place + 1][0])[0] if place + 1 < len(known) else ""
        yield from _of_tail(song, own, tail, ahead)
        firsts.setdefault(kind, own[: loop or len(own)])
        yield from _of_colours(song, part.chords)
        for chord in sorted({chord for bar in own for chord in chords_in(bar)}):
            yield "palette", asked.palette_contexts(song.family, song.mode), chord
    yield from _of_relations(song, firsts)
    yield from _of_end(song, [bar for own in bars for bar in own])


def loop_of(bars: Sequence[str]) -> tuple[int, int]:
    """The shortest loop of LOOPS that some bars repeat, 0 for none, and how many bars at the end leave it."""
    for length in asked.LOOPS:
        if 2 * length > len(bars):
            break
        away = [place for place, bar in enumerate(bars) if bar != bars[place % length]]
        tail = len(bars) - away[0] if away else 0
        if tail <= min(TAIL, len(bars) // 2, max(1, length // 2)):
            return length, tail
    return 0, 0


def phrases_of(bars: Sequence[str]) -> str:
    """Letters of the phrases of a section that is no loop, as *loop* has them: "a b a2 c"."""
    phrases = [list(bars[at : at + asked.PHRASE]) for at in range(0, len(bars), asked.PHRASE)]
    firsts: list[list[str]] = []
    out = []
    for phrase in phrases:
        for letter, first in enumerate(firsts):
            away = [place for place, bar in enumerate(phrase) if place >= len(first) or bar != first[place]]
            changed = len(phrase) - away[0] if away else 0
            if changed <= asked.PHRASE // 2 and len(phrase) > changed:
                out.append(asked.LETTERS[letter] + (str(changed) if changed else ""))
                break
        else:
            firsts.append(phrase)
            out.append(asked.LETTERS[min(len(firsts), len(asked.LETTERS)) - 1])
    return " ".join(out)


def _of_loop(song: Charted, kind: str, bars: Sequence[str], loop: int) -> Iterator[Asked]:
    for place, bar in enumerate(bars):
        before = tuple(bars[max(0, place - 2) : place])
        contexts = asked.bar_contexts(
            song.family, song.mode, kind, loop, place if loop else place % 8, before, bars[0]
        )
        yield "bar", contexts, bar


def _of_tail(song: Charted, bars: Sequence[str], tail: int, ahead: str) -> Iterator[Asked]:
    for left in range(min(tail, len(bars) - 1) - 1, -1, -1):
        place = len(bars) - 1 - left
        yield "tail", asked.tail_contexts(song.family, song.mode, left, bars[place - 1], ahead), bars[place]


def _of_colours(song: Charted, bars: Sequence[str]) -> Iterator[Asked]:
    told: set[str] = set()
    for chord in (chord for bar in bars for chord in chords_in(bar)):
        if chord != NONE and chord not in told:
            told.add(chord)
            triad, quality = plain(chord, song.mode), parts(chord)[1]
            if quality != "5" or song.family in POWER:
                yield "colour", asked.colour_contexts(song.family, song.mode, triad), quality


def relation(own: Sequence[str], other: Sequence[str]) -> str:
    """What a loop takes from another one: SAME, TURNED or NEW."""
    if list(own) == list(other):
        return asked.SAME
    chords, theirs = ({chord for bar in bars for chord in chords_in(bar)} for bars in (own, other))
    return asked.TURNED if chords == theirs and len(chords) > 1 else asked.NEW


def _of_relations(song: Charted, loops: dict[str, list[str]]) -> Iterator[Asked]:
    for kind in asked.KINDS[1:]:
        others = [other for other in ("verse", "chorus") if other in loops and other != kind]
        if kind not in loops or not kind or not others:
            continue
        found = {other: relation(loops[kind], loops[other]) for other in others}
        order = [(sign, other) for sign in (asked.SAME, asked.TURNED) for other in others]
        symbol = next((f"{other}{sign}" for sign, other in order if found[other] == sign), asked.NEW)
        yield "relation", asked.relation_contexts(song.family, kind, " ".join(others)), symbol


def _of_end(song: Charted, bars: Sequence[str]) -> Iterator[Asked]:
    home = "1:m" if song.mode == "minor" else "1"
    while len(bars) > 3 and bars[-1] == bars[-2] == home:
        bars = bars[:-1]
    if len(bars) > 3 and bars[-1] == home and len(song.parts) > 1:
        yield "end", asked.end_contexts(song.family, song.mode, bars[-3]), bars[-2]
