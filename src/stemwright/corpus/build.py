"""Build the corpus: the songs of every source, with chords, without doubles, and a manifest of what it is.

Nothing is drawn at random: the same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stemwright.corpus.arranged import arranged_songs, checked_count
from stemwright.corpus.credits import CREDITS
from stemwright.corpus.duplicates import Pair, same_music
from stemwright.corpus.kept import Kept
from stemwright.corpus.read import SPLITS
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import files, part_of, unread
from stemwright.errors import UsageError
from stemwright.store.atomic import write_bytes

VERSION = 1

Progress = Callable[[int, int, str], None]


def build_corpus(
    sources: Path, out: Path, progress: Progress | None = None, arranged: int = 0
) -> dict[str, Any]:
    """Write `train.jsonl`, `valid.jsonl` and `manifest.json` into `out`; returns the manifest.

    `sources` holds `symbolic/` with known sets or files of one's own, or is any folder of such files; each
    song is in the split in which the audio models have it. `arranged`: songs by the arranger that join those
    to train on, written anew each time. `progress` is called with (steps done, steps, what was done). What
    was read is kept in `out`, so a build that was stopped goes on. UsageError where there are no files; one
    that cannot be read is left out and named in the manifest.
    """
    checked_count(arranged)
    symbolic = part_of(sources, "symbolic")
    todo = [(split, file) for split in SPLITS for file in files(symbolic, split)]
    if not todo:
        raise UsageError(f"{symbolic}: has no MIDI or MusicXML files; name a folder that has some")
    steps = len(todo) + arranged
    skipped = unread(symbolic)
    found: list[tuple[str, CorpusSong]] = []
    owed: dict[tuple[str, str], str] = {}
    with Kept(out) as memory:
        for number, (split, file) in enumerate(todo, 1):
            songs, fault = memory.read(file)
            found += [(split, song) for song in songs]
            owed |= {(song.source, song.name): file.credit for song in songs if file.credit}
            skipped += [fault] if fault else []
            if progress is not None:
                progress(number, steps, file.name)
    if progress is not None:
        progress(len(todo), steps, f"doubles are looked for among {len(found)} songs")
    kept, doubles = without_doubles(found)
    for number, song in enumerate(arranged_songs(arranged), len(todo) + 1):
        kept.append(("train", song))
        if progress is not None:
            progress(number, steps, song.name)
    made = {
        "version": VERSION,
        "counts": {split: counts([song for side, song in kept if side == split]) for split in SPLITS},
        "sources": {name: CREDITS[name] for name in sorted({song.source for _, song in kept})},
        "pieces": _pieces([song for _, song in kept], owed),
        "sha256": _write(kept, out),
        "doubles": doubles,
        "skipped": skipped,
    }
    text = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_bytes(out / "manifest.json", text.encode())
    return made


def _write(kept: Sequence[tuple[str, CorpusSong]], out: Path) -> dict[str, str]:
    """Writes the file of each split; their hashes by their names."""
    hashes = {}
    for split in SPLITS:
        data = "".join(song.line() + "\n" for side, song in kept if side == split).encode()
        write_bytes(out / f"{split}.jsonl", data)
        hashes[f"{split}.jsonl"] = hashlib.sha256(data).hexdigest()
    return hashes


def _pieces(songs: Sequence[CorpusSong], owed: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
    """Source -> whom its pieces are owed to, a line for each, where each has someone of its own."""
    found: dict[str, set[str]] = {}
    for song in songs:
        if credit := owed.get((song.source, song.name)):
            found.setdefault(song.source, set()).add(credit)
    return {source: sorted(lines) for source, lines in sorted(found.items())}


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
