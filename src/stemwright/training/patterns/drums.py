"""The table "drums": what drummers add to a groove, how they vary and fill it, how they feel time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from stemwright.compose.learned.counts import BIT, Counting, Counts
from stemwright.compose.learned.drums import ANY, LIMBS, REST, is_changed, player_of
from stemwright.compose.learned.tables import Table
from stemwright.corpus.readers.grooves import fill
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.splits import gmd_fills
from stemwright.song.meter import Meter
from stemwright.training.patterns.drum_feel import feel, swells
from stemwright.training.patterns.drum_fills import fills
from stemwright.training.patterns.drum_grooves import Seen, grooves
from stemwright.training.patterns.drum_hearing import heard
from stemwright.training.patterns.learned import Learned, Material

SOURCE = "gmd"
LEAST = {
    "bar": 1,
    "busy": 1,
    "force": 1,
    "hold": 1,
    "keep": 24,
    "fill": 12,
    "lean": 24,
    "clock": 96,
    "apart": 96,
    "accent": 24,
    "wander": 48,
    "swell": 48,
}
"""Times that a context must have been seen to be kept, by subject: what few drummers did misleads."""
FIRST, AGAIN = 96, 24
"""The same of a limb's cells, first and again."""


def learn_drums(material: Material) -> Learned:
    """Count Groove MIDI's drummers: its grooves in the corpus, its fills below `sources`."""
    counting = {subject: Counting() for subject in (*LIMBS, *LEAST)}
    repeating = {limb: Counting() for limb in LIMBS}
    for subject, contexts, symbol in chain(_played(material.train), _filled(material.sources, "train")):
        counts = repeating if is_changed(contexts) else counting
        counts[subject].add(contexts, symbol)
    table = {
        subject: Counts(
            {
                **own.done(LEAST.get(subject, FIRST)).to_json(),
                **(repeating[subject].done(AGAIN).to_json() if subject in repeating else {}),
            }
        )
        for subject, own in counting.items()
    }
    seen = [*_played(material.valid), *_filled(material.sources, "valid")]
    return Learned(table, frozenset({SOURCE}), _figures(table, seen))


def _played(songs: Iterable[CorpusSong]) -> Iterator[Seen]:
    for song in songs:
        if song.source != SOURCE or song.state.meter != Meter(4, 4) or song.state.meters:
            continue
        played = heard(song.scores["drums"].notes, song.state.bars)
        if played is not None:
            player = player_of(song.state.style)
            yield from grooves(player, played)
            yield from feel(player, played)


def _filled(sources: Path | None, split: str) -> Iterator[Seen]:
    if sources is None:
        return
    folder = sources / "symbolic" / SOURCE
    for row in gmd_fills(folder, split):
        for song in fill(folder / row["midi_filename"], row):
            played = heard(song.scores["drums"].notes, song.state.bars)
            if played is None or song.state.meter != Meter(4, 4):
                continue
            player = player_of(song.state.style)
            for bar, seen in fills(played):
                yield from seen
                yield from swells(player, bar)


def _figures(table: Table, seen: Iterable[Seen]) -> dict[str, float]:
    """Bits a stroke of the limbs, first and changed, of fills, and bits a cell of whether it is kept; beside
    them those of plain counts, without any context.
    """
    costs: dict[str, list[int]] = {}
    for subject, contexts, symbol in seen:
        if subject not in (*LIMBS, "fill", "keep"):
            continue
        again = is_changed(contexts)
        general = {"fill": "", "keep": contexts[-1]}.get(subject, f"{ANY}|")
        contexts = (*contexts, general) if again else contexts
        name = subject if subject not in LIMBS else "changed" if again else "first"
        own = costs.setdefault(name, [0, 0, 0])
        own[0] += table[subject].cost(contexts, symbol)
        own[1] += table[subject].cost((general,), symbol)
        own[2] += len(symbol) - symbol.count(REST[0])
    return {
        f"{what}, {name} bits": round(own[place] / max(1, own[2]) / BIT, 4)
        for what, own in sorted(costs.items())
        for place, name in enumerate(("table", "plain"))
    }
