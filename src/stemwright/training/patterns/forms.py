"""Learning the table "forms": the sections of charted songs, in order and in length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stemwright.compose.learned import forms as asked
from stemwright.compose.learned.counts import Counting
from stemwright.corpus.charted import Charted, Part
from stemwright.corpus.charts import charts
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol

SOURCES = ("billboard", "harmonix", "rs200", "salami")
FEWEST, MOST = 3, 16
"""Sections of the songs whose order counts."""
LONGEST = {
    "intro": 16,
    "interlude": 8,
    "solo": 16,
    "bridge": 16,
    "outro": 16,
    "breakdown": 16,
    "prechorus": 8,
}
"""Bars of a section that counts, 32 where nothing is said."""
ONCE = ("intro", "outro", "interlude", "solo", "breakdown", "build")
"""Sections that are one where they come several times in a row."""
LEAST = 3

Asked = tuple[str, list[str], str]


def learn_forms(material: Material) -> Learned:
    """Count the charts below the sources; figures in bits on songs that were held out."""
    found = () if material.sources is None else charts(material.sources / "symbolic").songs
    songs = [song for song in found if song.source in SOURCES]
    counting = {subject: Counting() for subject in asked.SUBJECTS}
    held: dict[str, list[tuple[list[str], str]]] = {subject: [] for subject in asked.SUBJECTS}
    for song in songs:
        for subject, contexts, symbol in seen(song):
            if song.held_out:
                held[subject].append((contexts, symbol))
            else:
                counting[subject].add(contexts, symbol)
    table = {subject: counts.done(LEAST) for subject, counts in counting.items()}
    figures = {f"{subject} bits": bits_a_symbol(table[subject], held[subject]) for subject in asked.SUBJECTS}
    return Learned(table, frozenset(song.source for song in songs), figures)


def seen(song: Charted) -> Iterator[Asked]:
    """All that a song's chart says of its form."""
    parts = _named(song.parts)
    names = [part.name for part in parts]
    if FEWEST <= len(names) <= MOST and _tells(names):
        yield "order", asked.order_contexts(song.family), " ".join(names)
    rows = asked.in_rows(names)
    firsts: dict[str, int] = {}
    for place, part in enumerate(parts):
        bars = asked.even(part.bars)
        if not 1 < bars <= LONGEST.get(part.name, 32):
            continue
        first = firsts.setdefault(part.name, bars)
        if place == names.index(part.name):
            contexts = asked.bars_contexts(song.family, part.name, part.name in rows, song.bpm)
            yield "bars", contexts, str(bars)
        else:
            ratio = {first: asked.SAME, 2 * first: asked.TWICE, first // 2: asked.HALF}.get(bars)
            if ratio is not None:
                last = part.name not in names[place + 1 :]
                yield "again", asked.again_contexts(song.family, part.name, last), ratio


def _tells(names: Sequence[str]) -> bool:
    """Whether sections are a song's: a verse with a chorus or a bridge, and one that returns."""
    return "verse" in names and bool({"chorus", "bridge"} & set(names)) and len(set(names)) < len(names)


def _named(parts: Sequence[Part]) -> list[Part]:
    """The parts that have names; the others' bars are of the one before. What is called an intro or an outro
    in a song's middle is an interlude, an interlude at its ends an intro or an outro.
    """
    out: list[Part] = []
    edges = [place for place, part in enumerate(parts) if part.name]
    for place, part in enumerate(parts):
        name = _in_place(part.name, place == edges[0], place == edges[-1]) if part.name else ""
        if name and not (out and name == out[-1].name and name in ONCE):
            out.append(Part(name, part.bars))
        elif out:
            last = out.pop()
            out.append(Part(last.name, last.bars + part.bars))
    return out


def _in_place(name: str, first: bool, last: bool) -> str:
    if name not in ("intro", "outro", "interlude"):
        return name
    return "intro" if first else "outro" if last else "interlude"
