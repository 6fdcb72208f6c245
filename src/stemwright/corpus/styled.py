"""Real music that has a style or a band: recorded grooves, lead sheets, game songs; no art songs."""

from __future__ import annotations

from pathlib import Path

from stemwright.corpus.build import Progress
from stemwright.corpus.read import SPLITS
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import files, read, require_sources
from stemwright.corpus.symbolic import symbolic
from stemwright.evaluation.symbolic.song import SymbolicSong

FOLDERS = ("gmd/", "openewld/", "freedoom/", "easyrpg/")


def styled_songs(sources: Path, progress: Progress | None = None) -> list[SymbolicSong]:
    """The songs of both splits, in a fixed order; files that cannot be read are left out.

    `sources`: a folder with symbolic/. `progress`: as of `build_corpus`. UsageError where one is missing.
    """
    require_sources(sources, "symbolic")
    todo = [
        (name, songs)
        for split in SPLITS
        for name, songs in files(sources / "symbolic", split)
        if name.startswith(FOLDERS)
    ]
    found: list[CorpusSong] = []
    for number, (name, songs) in enumerate(todo, 1):
        found += read(name, songs, [])
        if progress is not None:
            progress(number, len(todo), name)
    return [symbolic(song) for song in found]
