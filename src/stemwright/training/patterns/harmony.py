"""Learning the table "harmony": rhythms of comping, of bands and of the pianos of songs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from stemwright.compose.learned.counts import Counting
from stemwright.corpus.song import CorpusSong
from stemwright.training.patterns.bass import BANDS
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol
from stemwright.training.patterns.lines import Seen, bars_seen, count

PIANO = "lieder"
_MOST_BARS = 48
"""Bars that a song says its rhythm by: the pianos of art songs have ten times as many as bands."""
_LEAST = 3


def learn_harmony(material: Material) -> Learned:
    """Count the comping of bands and pianos."""
    counting: dict[str, Counting] = defaultdict(Counting)
    sources: set[str] = set()
    for song in material.train:
        for subject, seen in _seen(song):
            sources.add(song.source)
            count(counting[subject], seen)
    counts = {
        name: own.done(_LEAST, lambda context: context == "" or context.count(" ") == 1)
        for name, own in counting.items()
    }
    held: dict[str, list[Seen]] = defaultdict(list)
    for subject, seen in _all(material.valid):
        held[subject].append(seen)
    figures: dict[str, float] = {}
    for name, seen_there in held.items():
        figures[f"{name} bits"] = bits_a_symbol(counts[name], seen_there)
        figures[f"{name} order 0 bits"] = bits_a_symbol(counts[name], [([""], s) for _, s in seen_there])
    return Learned(counts, frozenset(sources), figures)


def _all(songs: Iterable[CorpusSong]) -> Iterator[tuple[str, Seen]]:
    for song in songs:
        yield from _seen(song)


def _seen(song: CorpusSong) -> Iterator[tuple[str, Seen]]:
    player = "band" if song.source in BANDS else "piano" if song.source == PIANO else None
    if player is None or "harmony" not in song.scores:
        return
    names = {"bar": player, "again": f"{player} again"}
    for subject, seen in bars_seen(song, "harmony", 10_000 if player == "band" else _MOST_BARS):
        yield names[subject], seen
