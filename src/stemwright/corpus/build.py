"""Build the corpus: the songs of every source, with chords, without doubles, and a manifest of what it is.

Nothing is drawn at random: the same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stemwright.compose.analysis import settled_chords
from stemwright.corpus.duplicates import Pair, same_music
from stemwright.corpus.read import SPLITS
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import ABOUT, files, read, require_sources
from stemwright.song.layers import is_drums
from stemwright.store.atomic import write_bytes

VERSION = 1

Progress = Callable[[int, int, str], None]


def build_corpus(sources: Path, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write `train.jsonl`, `valid.jsonl` and `manifest.json` into `out`; returns the manifest.

    `sources` holds `symbolic/` with openewld, lieder, gmd, freedoom and easyrpg; each song is in the split in
    which the audio models have it. `progress` is called with (files read, files, what was read). UsageError
    where a source is missing; a file that cannot be read is left out and named in the manifest.
    """
    require_sources(sources, "symbolic")
    todo = [(split, name, songs) for split in SPLITS for name, songs in files(sources / "symbolic", split)]
    skipped: list[str] = []
    found: list[tuple[str, CorpusSong]] = []
    for number, (split, name, songs) in enumerate(todo, 1):
        found += [(split, with_chords(song)) for song in read(name, songs, skipped)]
        if progress is not None:
            progress(number, len(todo), name)
    kept, doubles = without_doubles(found)
    out.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for split in SPLITS:
        data = "".join(song.line() + "\n" for side, song in kept if side == split).encode()
        write_bytes(out / f"{split}.jsonl", data)
        hashes[f"{split}.jsonl"] = hashlib.sha256(data).hexdigest()
    made = {
        "version": VERSION,
        "counts": {split: counts([song for side, song in kept if side == split]) for split in SPLITS},
        "sources": {name: ABOUT[name] for name in sorted({song.source for _, song in kept})},
        "sha256": hashes,
        "doubles": doubles,
        "skipped": skipped,
    }
    text = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_bytes(out / "manifest.json", text.encode())
    return made


def with_chords(song: CorpusSong) -> CorpusSong:
    """The song with chords found from its notes, where it has none and its notes have pitches."""
    if song.chords != "none" or all(is_drums(layer) for layer in song.scores):
        return song
    state = song.state
    chords = settled_chords(song.scores, state.lines, state.bars, state.key)
    return replace(song, state=state.with_(chords=chords), chords="found") if chords else song


def without_doubles(
    found: Sequence[tuple[str, CorpusSong]],
) -> tuple[list[tuple[str, CorpusSong]], list[dict[str, Any]]]:
    """(songs of (split, song) that stay, what was left out and why).

    Of two songs that are the same music, the one of the training split is left out where they are in
    different splits, and else the one with fewer notes.
    """
    pairs = same_music([song for _, song in found])
    gone: dict[int, dict[str, Any]] = {}

    def across(pair: Pair) -> bool:
        return found[pair.one][0] != found[pair.other][0]

    for pair in sorted(pairs, key=lambda pair: (not across(pair), -pair.share, pair.one, pair.other)):
        if pair.one not in gone and pair.other not in gone:
            worse, better = _worse(pair, found)
            names = [f"{found[i][1].source}/{found[i][1].name}" for i in (worse, better)]
            gone[worse] = {
                "left_out": names[0],
                "same_as": names[1],
                "share": round(pair.share, 3),
                "across_splits": across(pair),
            }
    return [item for place, item in enumerate(found) if place not in gone], list(gone.values())


def _worse(pair: Pair, found: Sequence[tuple[str, CorpusSong]]) -> tuple[int, int]:
    """(the one to leave out, the other)."""

    def worth(place: int) -> tuple[bool, int, int]:
        split, song = found[place]
        return split == "valid", sum(len(score.notes) for score in song.scores.values()), -place

    first, second = sorted((pair.one, pair.other), key=worth)
    return first, second


def counts(songs: Sequence[CorpusSong]) -> dict[str, Any]:
    """Source -> songs, bars, notes a layer, how chords and timing came."""
    out: dict[str, Any] = {}
    for name in sorted({song.source for song in songs}):
        own = [song for song in songs if song.source == name]
        notes: Counter[str] = Counter()
        for song in own:
            notes.update({layer: len(score.notes) for layer, score in song.scores.items()})
        out[name] = {
            "songs": len(own),
            "composers": len({person for song in own for person in song.composers}),
            "bars": sum(song.state.bars for song in own),
            "notes": dict(sorted(notes.items())),
            "chords": dict(sorted(Counter(song.chords for song in own).items())),
            "bars_with_given_chords": sum(song.state.bars for song in own if song.chords == "given"),
            "timing": dict(sorted(Counter(song.timing for song in own).items())),
            "layers": dict(sorted(Counter(song.layers for song in own).items())),
        }
    return out
