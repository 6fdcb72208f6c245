"""The critic's table: recorded grooves in 4/4 by style, of styles that several drummers play."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from stemwright.compose.learned.counts import Counting
from stemwright.compose.learned.critic import ANY, STYLE, contexts, events, foreign, strokes
from stemwright.corpus.song import CorpusSong
from stemwright.song.style import canonical
from stemwright.training.patterns.learned import Learned, Material

LEAST_SONGS, LEAST_PEOPLE = 5, 2
"""Grooves, and drummers, that a style needs to be known."""


def learn_critic(material: Material) -> Learned:
    """Strokes by style, and under ANY the styles and their bars. Held out: the share of grooves that the
    critic takes for their own style, of styles that it knows.
    """
    grooves = list(_grooves(material.train))
    people: defaultdict[str, set[str]] = defaultdict(set)
    often: defaultdict[str, int] = defaultdict(int)
    for song in grooves:
        people[groove_style(song.state.style)] |= set(song.composers)
        often[groove_style(song.state.style)] += 1
    known = {style for style in often if often[style] >= LEAST_SONGS and len(people[style]) >= LEAST_PEOPLE}
    counting = Counting()
    for song in grooves:
        style = groove_style(song.state.style)
        for bar in strokes(song.scores["drums"].notes):
            if style in known:
                counting.add((ANY,), style)
            for place, struck in events(bar):
                counting.add(contexts(style, place) if style in known else (place,), struck)
    table = {STYLE: counting.done()}
    told = [
        foreign(table, strokes(song.scores["drums"].notes), style) == 0
        for song in _grooves(material.valid)
        if (style := groove_style(song.state.style)) in known
    ]
    right = {"grooves taken for their style": round(sum(told) / len(told), 4)} if told else {}
    return Learned(table, frozenset(song.source for song in grooves), right)


def _grooves(songs: Iterable[CorpusSong]) -> Iterable[CorpusSong]:
    """The recorded grooves in 4/4 whose style is told."""
    for song in songs:
        if set(song.scores) == {"drums"} and song.state.style and str(song.state.meter) == "4/4":
            yield song


def groove_style(style: str) -> str:
    """The style of a recorded groove: its first word's."""
    word = style.replace("-", " ").partition(" ")[0]
    return canonical(word) or word
