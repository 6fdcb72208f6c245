"""The critic's table, counted in real parts: what follows what, how odd real songs are, grooves by style."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from stemwright.compose.learned.counts import Counting, Counts
from stemwright.compose.learned.critic import ANY, ODD, STYLE, Critic, Seen, bars_of, events, style_events
from stemwright.corpus.song import CorpusSong
from stemwright.song.layers import kind_of
from stemwright.song.style import canonical
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol

LEAST_SEEN = 12
"""Times that a context is seen to be kept."""
LEAST_SONGS, LEAST_PEOPLE = 5, 2
"""Grooves, and drummers, that a style needs to be known."""
WEIGHT = {"lieder": 1, "openewld": 3, "freedoom": 3, "easyrpg": 3}
"""How much a source counts: most of a corpus is art songs."""


def learn_critic(material: Material) -> Learned:
    """Counts of parts by kind, the costs of the held-out songs' parts, and of grooves by style."""
    growing: defaultdict[str, Counting] = defaultdict(Counting)
    for song in material.train:
        for subject, contexts, symbol in _heard(song):
            growing[subject].add(contexts, symbol, WEIGHT.get(song.source, 1))
    table = {subject: _frequent(counting) for subject, counting in growing.items()}
    seen: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for song in material.valid:
        for subject, contexts, symbol in _heard(song):
            seen[subject].append((contexts, symbol))
    held_out = {f"{subject} bits": bits_a_symbol(counts, seen[subject]) for subject, counts in table.items()}
    made = {**table, ODD: _odd(Critic(table), material.valid), STYLE: _styles(material.train)}
    return Learned(made, frozenset(song.source for song in material.train), held_out)


def _heard(song: CorpusSong) -> Iterator[Seen]:
    """All that the critic hears of a song, layer after layer."""
    for layer, score in song.scores.items():
        yield from events(score.notes, kind_of(layer), song.state.meter.ticks_per_bar)


def _frequent(counting: Counting) -> Counts:
    return counting.done(LEAST_SEEN, keep=lambda context: not context)


def _odd(critic: Critic, songs: tuple[CorpusSong, ...]) -> Counts:
    """What a note costs in songs that the critic did not count: by kind, in 1/8 bits."""
    costs = Counting()
    for song in songs:
        for layer, score in song.scores.items():
            cost = critic.cost(score.notes, kind_of(layer), song.state.meter.ticks_per_bar)
            if cost is not None:
                costs.add((kind_of(layer),), str(cost), WEIGHT.get(song.source, 1))
    return costs.done()


def groove_style(style: str) -> str:
    """The style of a recorded groove: its first word's."""
    word = style.replace("-", " ").partition(" ")[0]
    return canonical(word) or word


def _styles(songs: tuple[CorpusSong, ...]) -> Counts:
    """Strokes by style, of styles that several drummers play; under ANY the styles and their bars."""
    grooves = [
        song
        for song in songs
        if set(song.scores) == {"drums"} and str(song.state.meter) == "4/4" and song.state.style
    ]
    people: defaultdict[str, set[str]] = defaultdict(set)
    often: defaultdict[str, int] = defaultdict(int)
    for song in grooves:
        people[groove_style(song.state.style)] |= set(song.composers)
        often[groove_style(song.state.style)] += 1
    counting = Counting()
    for song in grooves:
        style = groove_style(song.state.style)
        known = often[style] >= LEAST_SONGS and len(people[style]) >= LEAST_PEOPLE
        for bar in bars_of(song.scores["drums"].notes):
            if known:
                counting.add((ANY,), style)
            for place, struck in style_events(bar):
                counting.add((f"{style} {place}", place) if known else (place,), struck)
    return counting.done()
